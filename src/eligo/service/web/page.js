"use strict";
// What the pages do in the browser beside htmx: forms as JSON, files dropped into texts, keys, print, and who you are.

htmx.defineExtension("as-json", {
  onEvent: (name, event) => {
    if (name === "htmx:configRequest") event.detail.headers["Content-Type"] = "application/json";
    return true;
  },
  encodeParameters: (xhr, parameters) => JSON.stringify(Object.fromEntries(parameters)),
});

const WHO = "eligo-by";
const who = document.getElementById("by");
if (who) {
  who.value = sessionStorage.getItem(WHO) || who.value;
  who.addEventListener("change", () => sessionStorage.setItem(WHO, who.value.trim()));
}

const take = async (file, field) => { if (file) { field.value = await file.text(); field.focus(); } };

document.addEventListener("change", (event) => {
  const into = event.target.dataset?.file;
  if (into) take(event.target.files[0], document.getElementById(into));
});
for (const form of document.querySelectorAll("[data-drop]")) {
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    take(event.dataTransfer.files[0], form.querySelector("textarea"));
  });
}

document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) print(); });

// What was wrong before is no longer so; a new page part begins where the answer is.
document.addEventListener("htmx:beforeRequest", () => { document.getElementById("alert").replaceChildren(); });
document.addEventListener("htmx:load", (event) => {
  const part = event.detail.elt, here = document.activeElement;
  if (part.closest("#alert")) { part.scrollIntoView({ block: "center" }); return; }
  if (here !== document.body && !part.contains(here)) return;
  if (part.id === "screening") {
    (part.querySelector(".ask input:not([type=hidden]), .ask button") || part.querySelector(".strip a"))?.focus();
  } else if (part.matches("article.item")) {
    const drafts = [...document.querySelectorAll("article.item.is-draft")];
    const after = drafts.find((one) => part.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
    (part.matches("[data-goes-on]") ? part : after || part).focus();
  }
});

// j and k go from item to item, a accepts; not while something is typed.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const items = [...document.querySelectorAll("article.item")];
  const here = items.indexOf(event.target.closest("article.item"));
  const to = { j: here + 1, k: here - 1 }[event.key];
  if (to !== undefined) items[Math.max(0, Math.min(items.length - 1, to))]?.focus();
  if (event.key === "a" && here >= 0) items[here].querySelector("[data-accept]")?.click();
});
