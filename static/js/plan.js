// The totals of a plan while it is typed, in whole cents. The server computes them again and stays the only judge: same
// readings, same words and same elements as accord/montants.py and operations/forms/plans.py.

const MAXIMUM = 99_999_999_999_999n; // cents

// 1 234,5 or 1234.50; null when it is empty or cannot be read
function lire(champ) {
  const lu = /^(\d+)(?:[.,](\d{1,2}))?$/.exec(champ.value.replace(/[\s€]/g, ""));
  if (!lu) return null;
  const cents = BigInt(lu[1] + (lu[2] ?? "").padEnd(2, "0"));
  return cents > MAXIMUM ? null : cents;
}

function ecrire(centiemes) {
  const chiffres = String(centiemes < 0n ? -centiemes : centiemes).padStart(3, "0");
  const entier = chiffres.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  return `${centiemes < 0n ? "\u2212" : ""}${entier},${chiffres.slice(-2)}`;
}

const euros = (cents) => `${ecrire(cents)}\u00a0€`;
const taux = (part, tout) => `${ecrire((part * 20_000n + tout) / (tout * 2n))}\u202f%`; // a half goes up

function suivre(plan) {
  const [total, ecart, note, annonce] = ["total", "ecart", "taux", "annonce"].map((nom) => plan.querySelector(`[data-${nom}]`));
  const point = document.querySelector("[data-point=plan]");
  const [champCout, ...ressources] = plan.querySelectorAll("input");
  let minuterie = 0;

  function montrer(ligne, visible, montant) {
    ligne.hidden = !visible;
    ligne.cells[ligne.cells.length - 1].textContent = euros(montant);
  }

  function direPoint(etat, valeur) {
    point.className = etat && `ton-${etat}`;
    point.querySelector("svg").replaceWith(plan.querySelector("template").content.querySelector(`[data-etat="${etat}"] svg`).cloneNode(true));
    point.querySelector(".n").textContent = valeur;
  }

  function calculer() {
    const cout = lire(champCout);
    const ue = lire(ressources.find((champ) => champ.name === "ue"));
    const somme = ressources.reduce((cumul, champ) => cumul + (lire(champ) ?? 0n), 0n);
    const difference = somme - (cout ?? 0n);
    montrer(total, cout, somme);
    montrer(ecart, cout && difference, difference);
    const parts = [cout && ue !== null && `${taux(ue, cout)} du coût total`, note.dataset.taux];
    note.textContent = parts.filter(Boolean).join(", ");
    note.hidden = !note.textContent;
    if (!cout) direPoint("", "");
    else if (difference) direPoint("equilibre" in plan.dataset ? "stop" : "", euros(difference));
    else direPoint("bon", "");
  }

  function annoncer() {
    const lignes = [total, ecart].filter((ligne) => !ligne.hidden);
    const phrases = lignes.map((ligne) => `${ligne.cells[0].textContent}\u00a0: ${ligne.cells[ligne.cells.length - 1].textContent}`);
    annonce.textContent = [...phrases, note.textContent].filter(Boolean).join(". ");
  }

  plan.closest("form").addEventListener("input", (evenement) => {
    calculer();
    clearTimeout(minuterie);
    if (plan.contains(evenement.target)) minuterie = setTimeout(annoncer, 1000);
  });
  window.addEventListener("pageshow", calculer); // a browser that comes back has filled the fields
}

document.querySelectorAll("[data-plan]").forEach(suivre);
