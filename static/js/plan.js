// The totals of a plan while it is typed, in whole cents. The server computes them again and stays the only judge: same
// readings, same words and same elements as accord/montants.py and operations/forms/plans.py. The flat rates and the cost
// that follows from the posts are asked from the server while they are typed.

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

const PREFIXES = ["postes", "ressources"];

function suivre(plan) {
  const formulaire = plan.closest("form");
  const [total, ecart, note, annonce] = ["total", "ecart", "taux", "annonce"].map((nom) => plan.querySelector(`[data-${nom}]`));
  const point = document.querySelector("[data-point=plan]");
  const champCout = plan.querySelector("[name=cout_total_eligible]");
  const ressources = [...plan.querySelectorAll("[data-ressources] input")];
  const tables = Object.fromEntries(PREFIXES.map((prefixe) => [prefixe, plan.querySelector(`[data-lignes=${prefixe}]`)]));
  let minuterie = 0;
  let attente = 0;
  let demande = 0; // the latest question to the server: an older answer is not shown

  // -- the rows
  function ajouter(prefixe) {
    const compteur = formulaire.elements[`${prefixe}-TOTAL_FORMS`];
    const rang = Number(compteur.value);
    if (rang >= Number(formulaire.elements[`${prefixe}-MAX_NUM_FORMS`].value)) return null;
    const html = plan.querySelector(`template[data-ligne=${prefixe}]`).innerHTML;
    const corps = tables[prefixe].tBodies[0];
    corps.insertAdjacentHTML("beforeend", html.replaceAll("__prefix__", rang).replaceAll("__rang__", rang + 1));
    compteur.value = rang + 1;
    return corps.lastElementChild;
  }

  // {name of the cell: field} of each row
  function lignes(prefixe) {
    const noms = (ligne) => [...ligne.querySelectorAll("[name]")].map((champ) => [champ.name.split("-").pop(), champ]);
    return [...tables[prefixe].tBodies[0].rows].map((ligne) => Object.fromEntries(noms(ligne)));
  }

  const anneeLue = (champ) => /^20\d\d$/.test(champ.value.trim());

  function sommerRessources() {
    const lues = lignes("ressources").filter((l) => l.nature.value && anneeLue(l.annee) && lire(l.montant) !== null);
    for (const champ of ressources.filter((un) => un.name !== "ue")) {
      champ.readOnly = lues.length > 0;
      if (!lues.length) continue;
      const siennes = lues.filter((ligne) => ligne.nature.value === champ.name);
      champ.value = ecrire(siennes.reduce((cumul, ligne) => cumul + lire(ligne.montant), 0n));
    }
  }

  async function demanderCout() {
    const numero = ++demande;
    const panne = plan.querySelector("[data-panne]");
    try {
      const reponse = await fetch(plan.dataset.calculer, { method: "POST", body: new FormData(formulaire) });
      if (!reponse.ok) throw new Error(reponse.status);
      const html = await reponse.text();
      if (numero !== demande) return;
      const calcul = plan.querySelector("[data-calcul]");
      calcul.innerHTML = html;
      const { cout } = calcul.querySelector("[data-cout]").dataset;
      champCout.readOnly = Boolean(cout);
      if (cout) champCout.value = cout;
      panne.hidden = true;
      calculer();
    } catch {
      if (numero === demande) panne.hidden = false;
    }
  }

  function suivreCout(delai = 250) {
    clearTimeout(attente);
    if (plan.dataset.calculer) attente = setTimeout(demanderCout, delai);
  }

  // -- the totals

  function montrer(ligne, visible, montant) {
    ligne.hidden = !visible;
    ligne.cells[ligne.cells.length - 1].textContent = euros(montant);
  }

  function direPoint(etat, valeur) {
    point.className = etat && `ton-${etat}`;
    point.querySelector("svg").replaceWith(plan.querySelector("template[data-points]").content.querySelector(`[data-etat="${etat}"] svg`).cloneNode(true));
    point.querySelector(".n").textContent = valeur;
  }

  function calculer() {
    sommerRessources();
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

  // what the server refused of a field no longer holds once it, or the cost it was compared with, is typed again
  function oublierErreurs(champ) {
    const points = document.querySelectorAll(".resume-erreurs li").length;
    const revus = champ === champCout || tables.postes.contains(champ) ? [champ, champCout, ...ressources] : [champ];
    for (const revu of revus.filter((un) => un.id)) {
      document.getElementById(`${revu.id}_error`)?.remove();
      for (const lien of document.querySelectorAll(`.resume-erreurs a[href="#${revu.id}"]`)) lien.closest("li").remove();
      revu.removeAttribute("aria-invalid");
      const decrit = (revu.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => document.getElementById(id));
      if (decrit.length) revu.setAttribute("aria-describedby", decrit.join(" "));
      else revu.removeAttribute("aria-describedby");
      revu.classList.remove("is-invalid");
      revu.closest(".montant")?.classList.remove("erreur");
    }
    const resume = document.querySelector(".resume-erreurs");
    if (!resume) return;
    const reste = resume.querySelectorAll("li").length;
    if (!reste) resume.remove();
    else if (reste < points) resume.querySelector("h2").textContent = "Ce qui reste à corriger";
  }

  const decideDuCout = (champ) => tables.postes.contains(champ) || ["profil", "cout_total_eligible", "deposee_le"].includes(champ.name);

  formulaire.addEventListener("input", (evenement) => {
    calculer();
    clearTimeout(minuterie);
    if (plan.contains(evenement.target)) oublierErreurs(evenement.target);
    if (plan.contains(evenement.target)) minuterie = setTimeout(annoncer, 1000);
    if (evenement.target === formulaire || decideDuCout(evenement.target)) suivreCout();
  });
  for (const bouton of plan.querySelectorAll("[data-ajouter]")) {
    bouton.hidden = false;
    bouton.addEventListener("click", () => ajouter(bouton.dataset.ajouter)?.querySelector("select").focus());
  }
  // a draft found again may have more rows than the page
  formulaire.addEventListener("brouillon", ({ detail }) => {
    for (const prefixe of PREFIXES) {
      const voulues = Number(detail[`${prefixe}-TOTAL_FORMS`]?.[0] ?? 0);
      while (Number(formulaire.elements[`${prefixe}-TOTAL_FORMS`].value) < voulues && ajouter(prefixe));
    }
  });
  window.addEventListener("pageshow", () => { // a browser that comes back has filled the fields
    calculer();
    if (lignes("postes").some((ligne) => ligne.montant.value !== ligne.montant.defaultValue)) suivreCout(0);
  });
}

document.querySelectorAll("[data-plan]").forEach(suivre);
