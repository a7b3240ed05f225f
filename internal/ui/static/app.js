// Small helps for pages that work without them: theme, one send per click, failures of fragments.
(function () {
  "use strict";
  var doc = document, root = doc.documentElement;
  function apply(t) { if (t === "dark" || t === "light") root.dataset.theme = t; }
  try { apply(localStorage.getItem("theme")); } catch (e) { /* storage is off */ }

  doc.addEventListener("DOMContentLoaded", function () {
    doc.querySelectorAll("[data-theme-toggle]").forEach(function (b) {
      b.hidden = false;
      b.addEventListener("click", function () {
        var now = root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
        var next = now === "dark" ? "light" : "dark";
        apply(next);
        try { localStorage.setItem("theme", next); } catch (e) { /* storage is off */ }
      });
    });
  });

  // A posted form is sent once: a second click within eight seconds does nothing.
  function free(f) { if (f) delete f.dataset.sent; }
  doc.addEventListener("submit", function (e) {
    var f = e.target;
    if (f.method !== "post") return;
    if (f.dataset.sent) { e.preventDefault(); e.stopImmediatePropagation(); return; }
    f.dataset.sent = 1;
    setTimeout(free, 8000, f);
  }, true);
  addEventListener("pageshow", function () { doc.querySelectorAll("form[data-sent]").forEach(free); });
  doc.addEventListener("htmx:afterRequest", function (e) { free(e.target.closest("form")); });

  function say(kind, html) {
    var n = doc.getElementById("notices");
    if (html) n.innerHTML = html; else n.textContent = n.dataset[kind];
    setTimeout(function () { n.replaceChildren(); }, 9000);
  }
  doc.addEventListener("htmx:responseError", function (e) {
    var x = e.detail.xhr, t = x.responseText;
    say("failed", /^text\/html/.test(x.getResponseHeader("Content-Type")) && t.length < 4000 && t);
  });
  doc.addEventListener("htmx:sendError", function () { say("offline"); });
})();
