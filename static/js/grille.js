// The weighted total of an instruction grid while it is typed, in tenths of a point. The server computes it again and stays
// the only judge: same readings and same words as operations/grille.py.

// 3, 3,5 or 3.5; null when it is empty, cannot be read or is above the mark of its criterion
function lire(champ, maximum) {
  const lu = /^(\d+)(?:[.,](\d)0?)?$/.exec(champ.value.replace(/\s/g, ""));
  if (!lu) return null;
  const dixiemes = Number(lu[1]) * 10 + Number(lu[2] ?? 0);
  return dixiemes <= maximum * 10 ? dixiemes : null;
}

function ecrire(dixiemes) {
  const entier = String(Math.floor(dixiemes / 10)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  return dixiemes % 10 ? `${entier},${dixiemes % 10}` : entier;
}

function suivre(grille) {
  const total = grille.querySelector("[data-total-grille]");
  const annonce = grille.querySelector("[data-annonce-grille]");
  const lignes = [...grille.querySelectorAll("[data-poids]")];
  const maximum = lignes.reduce((somme, { dataset }) => somme + dataset.max * dataset.poids, 0);
  let minuterie = 0;

  function calculer() {
    let obtenu = 0;
    for (const ligne of lignes) {
      const note = lire(ligne.querySelector("input"), Number(ligne.dataset.max));
      obtenu += (note ?? 0) * ligne.dataset.poids;
      const basse = note !== null && note < (ligne.dataset.seuil ?? 0) * 10;
      ligne.querySelector("[data-a-justifier]").hidden = !basse || Boolean(ligne.querySelector("textarea").value.trim());
    }
    total.textContent = `${ecrire(obtenu)} sur\u00a0${maximum}`;
  }

  grille.addEventListener("input", () => {
    calculer();
    clearTimeout(minuterie);
    minuterie = setTimeout(() => { annonce.textContent = `Total pondéré\u00a0: ${total.textContent}`; }, 1000);
  });
  window.addEventListener("pageshow", calculer); // a browser that comes back has filled the fields
}

document.querySelectorAll("[data-grille]").forEach(suivre);
