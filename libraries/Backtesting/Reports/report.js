// Says beside a chart what is under the pointer. No angle bracket that opens and no ampersand: the page is XML too.
for (const chart of document.querySelectorAll("[data-at]")) {
  const at = chart.dataset.at.split(" ").map(Number);
  const texts = chart.dataset.say.split("|");
  const cursor = chart.querySelector(".cursor");
  const readout = chart.closest("figure").querySelector(".readout");
  const show = event => {
    const box = chart.getBoundingClientRect();
    const x = 1000 * (event.clientX - box.left) / box.width;
    const nearest = at.reduce((best, here, i) => Math.abs(at[best] - x) > Math.abs(here - x) ? i : best, 0);
    cursor.setAttribute("x1", at[nearest] / 10 + "%");
    cursor.setAttribute("x2", at[nearest] / 10 + "%");
    cursor.classList.add("shown");
    readout.textContent = texts[nearest];
  };
  chart.addEventListener("pointerdown", show);
  chart.addEventListener("pointermove", show);
  chart.addEventListener("pointerleave", () => {
    cursor.classList.remove("shown");
    readout.textContent = texts[texts.length - 1];
  });
}
