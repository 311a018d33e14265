// Reorder an agenda with the mouse. The buttons up and down do the same, from the keyboard and without script.

const lignes = (liste) => [...liste.children];

function deposer(liste, ligne, depart) {
  const place = lignes(liste).indexOf(ligne);
  if (place === depart) return;
  const formulaire = ligne.querySelector("form");
  const champ = document.createElement("input");
  Object.assign(champ, { type: "hidden", name: "place", value: place + 1 });
  formulaire.append(champ);
  formulaire.submit();
}

for (const liste of document.querySelectorAll("[data-ordre]")) {
  let tenue = null;
  let avant = [];

  for (const ligne of lignes(liste)) {
    const poignee = ligne.querySelector("[data-poignee]");
    if (!poignee) continue;
    poignee.hidden = false;
    poignee.addEventListener("pointerdown", () => { ligne.draggable = true; });
    poignee.addEventListener("pointerup", () => { ligne.draggable = false; });
    ligne.addEventListener("dragstart", (evenement) => {
      [tenue, avant] = [ligne, lignes(liste)];
      evenement.dataTransfer.effectAllowed = "move";
      evenement.dataTransfer.setData("text/plain", "");
    });
    ligne.addEventListener("dragend", (evenement) => {
      ligne.draggable = false;
      if (evenement.dataTransfer.dropEffect === "none") liste.replaceChildren(...avant); // given up: as it was
      else deposer(liste, ligne, avant.indexOf(ligne));
      tenue = null;
    });
  }

  liste.addEventListener("drop", (evenement) => evenement.preventDefault());
  liste.addEventListener("dragover", (evenement) => {
    if (!tenue) return;
    evenement.preventDefault();
    evenement.dataTransfer.dropEffect = "move";
    const cible = lignes(liste).find((ligne) => ligne !== tenue && ligne.contains(evenement.target));
    if (!cible) return;
    const { top, height } = cible.getBoundingClientRect();
    cible[evenement.clientY < top + height / 2 ? "before" : "after"](tenue);
  });
}
