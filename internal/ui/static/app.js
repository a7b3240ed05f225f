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

  // [data-copy] copies the field of that id. It is hidden where that cannot be done.
  doc.addEventListener("DOMContentLoaded", function () {
    if (navigator.clipboard) doc.querySelectorAll("[data-copy]").forEach(function (b) {
      b.hidden = false;
      b.addEventListener("click", function () {
        navigator.clipboard.writeText(doc.getElementById(b.dataset.copy).value).then(function () { b.textContent = b.dataset.copied; });
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
  addEventListener("pageshow", function (e) {
    if (e.persisted && doc.querySelector("[data-fresh]")) location.reload(); // going back shows what is so now
    doc.querySelectorAll("form[data-sent]").forEach(free);
  });
  doc.addEventListener("htmx:afterRequest", function (e) { free(e.target.closest("form")); });

  // A form that had to wait is sent again by itself, later each time, and when there is a connection.
  doc.addEventListener("DOMContentLoaded", function () {
    var f = doc.querySelector("form[data-again]"), tries = 0;
    try {
      if (f) { tries = +sessionStorage.getItem("tries") || 0; sessionStorage.setItem("tries", tries + 1); }
      else sessionStorage.removeItem("tries");
    } catch (e) { /* storage is off */ }
    if (!f) return;
    f.querySelector("[data-again-note]").hidden = false;
    setTimeout(function () {
      if (navigator.onLine) f.requestSubmit();
      else addEventListener("online", function () { f.requestSubmit(); }, { once: true });
    }, Math.min(f.dataset.again * 1000 * Math.pow(1.5, tries), 30000));
  });

  function say(kind, html) {
    var n = doc.getElementById("notices");
    if (html) n.innerHTML = html; else n.textContent = n.dataset[kind];
    setTimeout(function () { n.replaceChildren(); }, 9000);
  }
  // What a place shows may be out of date when its answer did not come: it says so instead.
  doc.addEventListener("htmx:responseError", rest);
  doc.addEventListener("htmx:sendError", rest);
  function rest(e) {
    var t = e.detail.target;
    if (t && t.dataset.rest) t.textContent = t.dataset.rest;
  }
  doc.addEventListener("htmx:responseError", function (e) {
    if (e.detail.target && e.detail.target.dataset.rest) return;
    var x = e.detail.xhr, t = x.responseText;
    say("failed", /^text\/html/.test(x.getResponseHeader("Content-Type")) && t.length < 4000 && t);
  });
  doc.addEventListener("htmx:sendError", function () { say("offline"); });
})();
