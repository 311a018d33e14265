// A file above the limit is said before it leaves: nobody waits for a long sending to be refused. The server checks anyway.

const formatTaille = (octets) => `${(octets / 1024 / 1024).toLocaleString("fr-FR", { maximumFractionDigits: 1 })}\u00a0Mo`;

function dire(champ) {
  const maximum = Number(champ.dataset.tailleMax);
  const gros = [...champ.files].filter((fichier) => fichier.size > maximum);
  champ.parentElement.querySelector("[data-trop-gros]")?.remove();
  champ.setCustomValidity(gros.length ? "trop gros" : "");
  if (!gros.length) return;
  const message = document.createElement("p");
  message.className = "message-erreur";
  message.dataset.tropGros = "";
  message.setAttribute("role", "alert");
  const noms = gros.map((fichier) => `«\u202f${fichier.name}\u202f» (${formatTaille(fichier.size)})`).join(", ");
  message.textContent = `${noms}\u00a0: ${formatTaille(maximum)} au plus par fichier. Réduisez-le avant de le déposer.`;
  champ.before(message);
}

for (const champ of document.querySelectorAll("input[type=file][data-taille-max]")) {
  champ.addEventListener("change", () => dire(champ));
  champ.form.addEventListener("submit", (evenement) => {
    if (!champ.validity.customError) return;
    evenement.preventDefault();
    delete champ.form.dataset.envoye;
    champ.focus();
  });
}
