// Small conveniences; every page works without them.

// Errors: the summary takes the focus, the title of the page starts with their number.
const resume = document.querySelector(".resume-erreurs");
if (resume) {
  const nombre = resume.querySelectorAll("li").length;
  if (nombre) document.title = `${nombre} ${nombre > 1 ? "erreurs" : "erreur"} · ${document.title}`;
  resume.focus();
}

// The menu of the account closes on Escape, and on a click elsewhere.
const compte = document.querySelector("details.compte");
if (compte) {
  document.addEventListener("keydown", (evenement) => {
    if (evenement.key === "Escape" && compte.open) {
      compte.open = false;
      compte.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (evenement) => {
    if (!compte.contains(evenement.target)) compte.open = false;
  });
}

// In a strip that scrolls, the current entry is in sight.
for (const courant of document.querySelectorAll(".navigation [aria-current], .onglets [aria-current]")) {
  const bande = courant.closest("ul");
  if (courant.offsetLeft + courant.offsetWidth > bande.clientWidth) bande.scrollLeft = courant.offsetLeft - 16;
}

// One click, one act: a form just sent does not leave twice.
document.addEventListener("submit", (evenement) => {
  const formulaire = evenement.target;
  if (formulaire.method !== "post") return;
  if (formulaire.dataset.envoye) evenement.preventDefault();
  formulaire.dataset.envoye = "oui";
  setTimeout(() => delete formulaire.dataset.envoye, 5000);
});
window.addEventListener("pageshow", () => {
  for (const formulaire of document.forms) delete formulaire.dataset.envoye;
});

// A table wider than its frame says that it scrolls; the words leave with the need.
const cadres = new ResizeObserver((entrees) => {
  for (const { target: cadre } of entrees) {
    cadre.previousElementSibling.hidden = cadre.scrollWidth <= cadre.clientWidth + 1;
  }
});
for (const cadre of document.querySelectorAll(".table-cadre")) {
  const indice = document.createElement("p");
  indice.className = "indice-defile";
  indice.hidden = true;
  indice.textContent = "Faites défiler le tableau vers la droite pour le lire en entier.";
  cadre.before(indice);
  cadres.observe(cadre);
}

// On a phone, secondary blocks open one by one; elsewhere, and without this script, they are open.
if (matchMedia("(max-width: 47.99em)").matches) {
  for (const repli of document.querySelectorAll("details.repli")) repli.open = false;
}
