// The total of a batch while its operations are ticked, in whole cents. The server computes it again before anything is sent.

function lire(texte) {
  const lu = /^([-\u2212]?)(\d+)(?:[.,](\d{1,2}))?$/.exec(texte.replace(/[\s€]/g, ""));
  if (!lu) return 0n;
  const cents = BigInt(lu[2] + (lu[3] ?? "").padEnd(2, "0"));
  return lu[1] ? -cents : cents;
}

function ecrire(cents) {
  const chiffres = String(cents < 0n ? -cents : cents).padStart(3, "0");
  const entier = chiffres.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  return `${cents < 0n ? "\u2212" : ""}${entier},${chiffres.slice(-2)}\u00a0€`;
}

for (const formulaire of document.querySelectorAll("[data-appel-fonds]")) {
  const calculer = () => {
    const total = [...formulaire.querySelectorAll("[data-ligne]")]
      .filter((ligne) => ligne.querySelector("input[type=checkbox]").checked)
      .map((ligne) => lire(ligne.querySelector("input[inputmode]")?.value ?? ligne.querySelector("[data-fixe]").textContent))
      .reduce((somme, cents) => somme + cents, 0n);
    formulaire.querySelector("[data-total]").textContent = ecrire(total);
  };
  formulaire.addEventListener("input", calculer);
  window.addEventListener("pageshow", calculer); // a browser that comes back has filled the fields
}
