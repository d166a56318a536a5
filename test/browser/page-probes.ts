/**
 * What is asked of a page from within the browser. These are texts, since they run there and not
 * here: this project knows no document.
 */

/** What sticks out of the window to the right. */
export const overflowing = `(() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > width + 1)
    .map((one) => one.tagName + ' ' + one.getAttribute('class') + ' ' + one.textContent.slice(0, 30));
})()`;

/** Texts that stand out less than readers with weak eyes need: a contrast of 4.5. */
export const faintTexts = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (color) => {
    const [red, green, blue] = color.map((one) => {
      const part = one / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const groundOf = (start) => {
    for (let at = start; at; at = at.parentElement) {
      const ground = rgba(getComputedStyle(at).backgroundColor);
      if (ground[3] === 255) return ground;
    }
    return [255, 255, 255, 255];
  };
  const hasText = (one) =>
    [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  return [...document.querySelectorAll('body *')]
    .filter((one) => hasText(one) && !one.closest('svg.strip') && one.checkVisibility())
    .flatMap((one) => {
      const style = getComputedStyle(one);
      const color = rgba(one instanceof SVGElement ? style.fill : style.color);
      const [a, b] = [luminance(color), luminance(groundOf(one))];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      return contrast >= 4.5 ? [] : [contrast.toFixed(2) + ' ' + one.textContent.trim().slice(0, 40)];
    });
})()`;

/** Where the tab key should stop. Of a group of radio buttons it visits one. */
export const focusStops = `(() => {
  const seen = new Set();
  return [...document.querySelectorAll('a[href], button, summary, input:not([type=hidden])')]
    .filter((one) => one.tagName === 'SUMMARY' || !one.closest('details:not([open])'))
    .filter((one) => {
      if (one.type !== 'radio') return true;
      const isFirst = !seen.has(one.name);
      seen.add(one.name);
      return isFirst;
    })
    .map((one) => one.tagName + ' ' + one.textContent.trim().slice(0, 30) + ' shown');
})()`;

/** Where it has stopped, and whether that can be seen. */
export const focused = `(() => {
  const at = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const { top, bottom, height } = at.getBoundingClientRect();
  const isSeen = height > 0 && bottom > 0 && top < innerHeight;
  const isShown = isSeen && outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  return at.tagName + ' ' + at.textContent.trim().slice(0, 30) + (isShown ? ' shown' : ' hidden');
})()`;

/** What must not come from data, and what must be there. */
export const skeletonCounts = `(() => {
  const names = [...document.querySelectorAll('*')].flatMap((one) => one.getAttributeNames());
  return {
    scripts: document.scripts.length,
    images: document.images.length,
    handlers: names.filter((name) => name.startsWith('on')).length,
    styles: document.styleSheets.length,
    isStyled: getComputedStyle(document.body).marginTop === '0px',
  };
})()`;

/** Letters of twice the size, as a browser's own setting makes them. */
export const doubleLetters = `document.documentElement.style.fontSize = '200%'`;

/** What axe-core holds against a page: the rule, and where. All of its rules but experimental ones. */
export const axeViolations = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ' ' + target.join(' '))))`;
