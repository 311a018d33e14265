// What is typed in an entry form stays on this computer until it is saved: a session that ends, a page left by mistake or
// a machine that stops lose nothing. On every page, because saving and signing out end elsewhere than on the form.

const PREFIXE = "brouillon:";
const ENVOYE = "brouillon-envoye"; // the draft this tab has just sent; the very next page says whether it was saved
const DUREE = 7 * 24 * 3600 * 1000;

// -- the store: a browser may refuse it or be full, and the form then works as it does without script
const essayer = (geste) => { try { return geste(); } catch { return null; } };
const lire = (cle) => essayer(() => JSON.parse(localStorage.getItem(cle)));
const ecrire = (cle, champs) => essayer(() => localStorage.setItem(cle, JSON.stringify({ le: Date.now(), champs })));
const effacer = (cle) => essayer(() => localStorage.removeItem(cle));
const cles = () => essayer(() => Object.keys(localStorage).filter((cle) => cle.startsWith(PREFIXE))) ?? [];

for (const cle of cles()) {
  if (!(lire(cle)?.le > Date.now() - DUREE)) effacer(cle);
}

const envoye = essayer(() => sessionStorage.getItem(ENVOYE));
essayer(() => sessionStorage.removeItem(ENVOYE));
if (envoye && document.querySelector("[data-enregistre]") && !document.querySelector(".resume-erreurs")) effacer(envoye);

// -- the form
// A field marked `data-sans-brouillon` names people: it is not kept.
const SANS_VALEUR = ["password", "file", "submit", "button", "reset", "image"];

function suivis(formulaire) {
  return [...formulaire.elements].filter(
    (champ) =>
      champ.name && champ.name !== "csrfmiddlewaretoken" && !SANS_VALEUR.includes(champ.type)
      && !("sansBrouillon" in champ.dataset),
  );
}

function choisis(champ, recu) {
  const options = [...champ.options].filter((option) => (recu ? option.defaultSelected : option.selected));
  if (recu && !options.length && !champ.multiple) options.push(...[...champ.options].slice(0, 1));
  return options.map((option) => option.value);
}

function valeurs(champ, recu) {
  if (champ.options) return choisis(champ, recu);
  if (!["checkbox", "radio"].includes(champ.type)) return [recu ? champ.defaultValue : champ.value];
  return (recu ? champ.defaultChecked : champ.checked) ? [champ.value] : [];
}

// {name: values}, as they stand or, with `recu`, as the server wrote them: a browser that comes back fills fields itself
function photographier(formulaire, recu = false) {
  const champs = {};
  for (const champ of suivis(formulaire)) (champs[champ.name] ??= []).push(...valeurs(champ, recu));
  return champs;
}

const LIGNE = /-\d+-/; // a field of a row: the page may have fewer rows than the draft, and an empty row says nothing

// What the person sees. The hidden fields, which date what was read, are kept and restored, never compared.
function dire(formulaire, champs) {
  const noms = new Set(suivis(formulaire).filter((champ) => champ.type !== "hidden").map((champ) => champ.name));
  for (const nom of Object.keys(champs)) if (LIGNE.test(nom)) noms.add(nom);
  const paires = [...noms].map((nom) => [nom, (champs[nom] ?? []).filter(Boolean)]);
  return JSON.stringify(paires.filter(([nom, valeurs]) => valeurs.length || !LIGNE.test(nom)).sort());
}

// A draft takes back the `version` or the `vu` it was typed on: saving over somebody else’s change is refused, not silent.
function remplir(formulaire, champs) {
  formulaire.dispatchEvent(new CustomEvent("brouillon", { detail: champs })); // who draws rows adds those that lack
  for (const champ of suivis(formulaire)) {
    const voulues = champs[champ.name];
    if (!voulues) continue;
    if (champ.options) for (const option of champ.options) option.selected = voulues.includes(option.value);
    else if (["checkbox", "radio"].includes(champ.type)) champ.checked = voulues.includes(champ.value);
    else champ.value = voulues[0] ?? "";
    if (champ.type !== "hidden" && valeurs(champ).join("")) champ.closest("details")?.setAttribute("open", "");
  }
  formulaire.dispatchEvent(new Event("input", { bubbles: true }));
}

function dater(instant) {
  const jour = instant.toLocaleDateString("fr-FR", { day: "numeric", month: "long" }).replace(/^1 /, "1er ");
  const minutes = String(instant.getMinutes()).padStart(2, "0");
  return `${jour} à ${instant.getHours()} h ${minutes}`.replaceAll(" ", "\u00a0");
}

let quitte = false; // sent, or signing out: nothing more to keep, no warning

function suivre(formulaire, cle) {
  const vu = (champs) => dire(formulaire, champs);
  const recu = vu(photographier(formulaire, true));
  const annonces = document.querySelector(".annonces");
  const gabarit = document.querySelector("template[data-brouillon]").content;
  let offre = null; // the block that offers the draft found; until it is answered, that draft is not written over
  let minuterie = 0;
  const renvoye = envoye === cle && "renvoye" in document.body.dataset;
  let enAttente = false; // an answer to a sending that was refused: typed, shown, not saved

  function garder() {
    clearTimeout(minuterie);
    minuterie = 0;
    const champs = photographier(formulaire);
    if (enAttente || vu(champs) !== recu) ecrire(cle, champs);
    else effacer(cle);
  }

  function repondre() {
    offre.remove();
    offre = null;
    suivis(formulaire).find((champ) => champ.type !== "hidden")?.focus();
  }

  function offrir(brouillon) {
    offre = gabarit.querySelector("[data-offre]").cloneNode(true);
    offre.querySelector("[data-instant]").textContent = dater(new Date(brouillon.le));
    offre.querySelector("[data-reprendre]").addEventListener("click", () => {
      remplir(formulaire, brouillon.champs);
      repondre();
      annonces.append(gabarit.querySelector("[data-reprise]").cloneNode(true));
    });
    offre.querySelector("[data-effacer]").addEventListener("click", () => {
      effacer(cle);
      repondre();
    });
    annonces.append(offre);
  }

  formulaire.addEventListener("input", () => {
    quitte = false;
    clearTimeout(minuterie);
    if (!offre) minuterie = setTimeout(garder, 300);
  });
  formulaire.addEventListener("submit", () => {
    garder();
    quitte = true;
    essayer(() => sessionStorage.setItem(ENVOYE, cle));
  });
  document.addEventListener("submit", (evenement) => {
    if (!evenement.target.matches("[data-deconnexion]")) return;
    clearTimeout(minuterie);
    minuterie = 0;
  });
  window.addEventListener("pagehide", () => { if (minuterie) garder(); });
  window.addEventListener("beforeunload", (evenement) => {
    if (!quitte && (enAttente || vu(photographier(formulaire)) !== recu)) evenement.preventDefault();
  });
  window.addEventListener("pageshow", (evenement) => {
    quitte = false;
    const brouillon = lire(cle);
    if (!brouillon || offre) return;
    if (renvoye && !evenement.persisted) { // what this tab has just sent is on the page, not saved: nothing to offer
      enAttente = true;
      garder();
      return;
    }
    const garde = vu(brouillon.champs);
    if (garde !== vu(photographier(formulaire))) offrir(brouillon);
    else if (garde !== recu) enAttente = false;
    else if (document.querySelector(".resume-erreurs")) enAttente = true;
    else effacer(cle);
  });
}

// A bar without the template keeps nothing: a file that is sent is not a draft.
const barre = document.querySelector("main form[method=post] .barre-actions:has(+ template[data-brouillon])");
const { personne } = document.body.dataset;
if (barre && personne) suivre(barre.closest("form"), `${PREFIXE}${personne}:${location.pathname}${location.search}`);

// Signing out leaves nothing behind, whoever typed it.
document.addEventListener("submit", (evenement) => {
  if (!evenement.target.matches("[data-deconnexion]")) return;
  quitte = true;
  cles().forEach(effacer);
});
