// Passkeys: loaded by the pages that ask for one, and no other.
(function () {
  "use strict";
  var doc = document;

  // [data-passkey] asks the browser for a passkey and sends its answer. Where there are none it stays hidden.
  function bytes(s) { return Uint8Array.from(atob(s.replace(/-/g, "+").replace(/_/g, "/")), function (c) { return c.charCodeAt(0); }); }
  function text(b) {
    return btoa(Array.from(new Uint8Array(b), function (c) { return String.fromCharCode(c); }).join("")).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function send(url, body) {
    return fetch(url, { method: "POST", headers: { "Content-Type": "application/json", "Accept": "application/json" }, body: JSON.stringify(body) }).then(function (r) {
      return r.json().then(function (j) { if (!r.ok) throw { said: j.detail || j.title }; return j; });
    });
  }
  function passkey(box, waiting, quietly) {
    var d = box.dataset, name = box.querySelector("[name=name]"), note = box.querySelector("[data-passkey-note]"), ceremony;
    note.textContent = "";
    return send(d.options, {}).then(function (c) {
      var o = c.options, known = o.excludeCredentials || o.allowCredentials || [];
      ceremony = c.ceremony;
      o.challenge = bytes(o.challenge);
      if (o.user) o.user.id = bytes(o.user.id);
      known.forEach(function (k) { k.id = bytes(k.id); });
      return navigator.credentials[d.passkey](Object.assign({ publicKey: o }, waiting));
    }).then(function (k) {
      quietly = false;
      var a = k.response, r = { clientDataJSON: text(a.clientDataJSON) };
      ["attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (p) { if (a[p]) r[p] = text(a[p]); });
      if (a.getTransports) r.transports = a.getTransports();
      return send(d.send, { ceremony: ceremony, to: d.to, name: name ? name.value : "", answer: {
        id: k.id, rawId: text(k.rawId), type: k.type, response: r, authenticatorAttachment: k.authenticatorAttachment || undefined,
        clientExtensionResults: k.getClientExtensionResults() } });
    }).then(function (j) { location.assign(j.to); }).catch(function (e) {
      if (!quietly && e.name !== "AbortError") note.textContent = e.said || d.cancelled;
    });
  }
  doc.addEventListener("DOMContentLoaded", function () {
    var P = window.PublicKeyCredential;
    if (P && navigator.credentials) doc.querySelectorAll("[data-passkey]").forEach(function (box) {
      var early = new AbortController();
      box.hidden = false;
      box.querySelector("button").addEventListener("click", function () {
        var b = this;
        early.abort();
        b.disabled = true;
        passkey(box).then(function () { b.disabled = false; });
      });
      if ("auto" in box.dataset && P.isConditionalMediationAvailable) P.isConditionalMediationAvailable().then(function (yes) {
        if (yes) passkey(box, { mediation: "conditional", signal: early.signal }, true);
      });
    });
  });
})();
