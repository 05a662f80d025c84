/* The colours of a picture (PNG in base64), each `step` pixels: [across, down, r, g, b, r, g, b, …]. */
async ([png, step]) => {
  const image = new Image();
  image.src = "data:image/png;base64," + png;
  await image.decode();
  const across = Math.ceil(image.width / step), down = Math.ceil(image.height / step);
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height), found = [across, down];
  for (let y = 0; y < image.height; y += step)
    for (let x = 0; x < image.width; x += step) found.push(...data.slice(4 * (y * image.width + x), 4 * (y * image.width + x) + 3));
  return found;
}
