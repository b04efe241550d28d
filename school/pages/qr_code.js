/**
 * A QR code as one drawing, dark on the white of paper in either theme.
 */

import { svg } from "./element.js";
import { encodeQR } from "./kept/qr.js";

const QUIET = 4; // modules of white around a code (ISO/IEC 18004)

/**
 * The code as one path: squares that touch are printed without hairlines between them.
 * @param {string} text
 * @param {string} label what it is, for who cannot see it
 */
export function qrCode(text, label) {
  const rows = encodeQR(text, "raw", { ecc: "low", border: QUIET });
  const dark = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  const size = rows.length;
  return svg(
    "svg",
    { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" },
    svg("path", { d: dark.join("") }),
  );
}
