// Follows a job of the server until its end, then opens the page of its result. Without script, a link shows where it is.

const INTERVALLE = 1000;
const PATIENCE = 15000; // between two tries while the server or the network is away

function montrer(bloc, etat) {
  const barre = bloc.querySelector("progress");
  if (etat.total) {
    barre.max = etat.total;
    barre.value = etat.fait;
  } else {
    barre.removeAttribute("value");
  }
  bloc.querySelector("[data-texte]").textContent = etat.texte;
  // read aloud at each step and each quarter of it, not every second
  const quart = etat.total ? `\u00a0: ${25 * Math.floor((4 * etat.fait) / etat.total)}\u00a0%` : "";
  const annonce = bloc.querySelector("[data-annonce]");
  if (annonce.textContent !== etat.etape + quart) annonce.textContent = etat.etape + quart;
}

async function suivre(bloc) {
  try {
    const reponse = await fetch(bloc.dataset.avancement, { headers: { Accept: "application/json" }, redirect: "manual" });
    // signed out, or no longer allowed: the page itself says so
    if (reponse.type === "opaqueredirect" || reponse.status === 404) return location.reload();
    if (!reponse.ok) throw new Error();
    const etat = await reponse.json();
    montrer(bloc, etat);
    if (etat.suite) return location.replace(etat.suite);
    setTimeout(suivre, INTERVALLE, bloc);
  } catch {
    setTimeout(suivre, PATIENCE, bloc);
  }
}

for (const bloc of document.querySelectorAll("[data-avancement]")) suivre(bloc);
