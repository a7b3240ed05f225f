// The reader's position, rounded, for the directory alone.
(function () {
  "use strict";
  var doc = document;

  // [data-near] looks at this page again from where the reader is, to about a kilometre.
  doc.addEventListener("DOMContentLoaded", function () {
    if (navigator.geolocation) doc.querySelectorAll("[data-near]").forEach(function (b) {
      b.hidden = false;
      b.addEventListener("click", function () {
        navigator.geolocation.getCurrentPosition(function (p) {
          var u = new URL(location);
          u.searchParams.set("near", p.coords.latitude.toFixed(2) + "," + p.coords.longitude.toFixed(2));
          u.searchParams.delete("after");
          location = u;
        }, function () { b.textContent = b.dataset.failed; }, { maximumAge: 600000, timeout: 15000 });
      });
    });
  });
})();
