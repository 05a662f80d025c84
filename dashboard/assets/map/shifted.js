/* GCJ-02: where Chinese base maps draw a place. The same formulas as geo/shifted.py, which says
   whose they are; a test holds both equal. Degrees in, degrees in out.lon and out.lat. */
(function () {
  "use strict";
  const AXIS_M = 6378245, E2 = 0.00669342162296594323, PI = Math.PI, ROUNDING = 1e-10, ROUNDS = 8;
  const [WEST, SOUTH, EAST, NORTH] = [72.004, 0.8293, 137.8347, 55.8271];
  const waves = (v, twelfth, thirtieth) => 20 * Math.sin(v * PI) + 40 * Math.sin((v / 3) * PI)
    + twelfth * Math.sin((v / 12) * PI) + thirtieth * Math.sin((v / 30) * PI);
  function shift(lon, lat, out) {
    const x = lon - 105, y = lat - 35, root = Math.sqrt(Math.abs(x));
    const both = 20 * Math.sin(6 * x * PI) + 20 * Math.sin(2 * x * PI);
    const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ((both + waves(y, 160, 320)) * 2) / 3;
    const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ((both + waves(x, 150, 300)) * 2) / 3;
    const phi = (lat * PI) / 180, sin = Math.sin(phi), bulge = 1 - E2 * sin * sin;
    out.lon = lon + ((east / ((AXIS_M / Math.sqrt(bulge)) * Math.cos(phi))) * 180) / PI;
    out.lat = lat + ((north / ((AXIS_M * (1 - E2)) / (bulge * Math.sqrt(bulge)))) * 180) / PI;
    return out;
  }
  const inside = (lon, lat, slack) => lon >= WEST - slack && lon <= EAST + slack && lat >= SOUTH - slack && lat <= NORTH + slack;
  function same(lon, lat, out) { out.lon = lon; out.lat = lat; return out; }
  const toGcj02 = (lon, lat, out) => (inside(lon, lat, 0) ? shift : same)(lon, lat, out);
  function toWgs84(lon, lat, out) {
    let x = lon, y = lat;
    for (let round = 0; round < ROUNDS; round += 1) { shift(x, y, out); x += lon - out.lon; y += lat - out.lat; }
    return inside(x, y, ROUNDING) ? same(x, y, out) : same(lon, lat, out);
  }
  window.wangge.shifted = { toGcj02, toWgs84 };
})();
