//! Colour schemes of heat maps, by Grafana's names: each a row of colours that are blended from one to the next.

const SCHEMES: Record<string, string> = {
  Turbo: "#23171b #4a58dd #2f9df5 #27d7c4 #4df884 #95fb51 #dedd32 #ffa423 #f65f18 #ba2208 #900c00",
  Spectral: "#9e0142 #d53e4f #f46d43 #fdae61 #fee08b #fbf8b0 #e6f598 #abdda4 #66c2a5 #3288bd #5e4fa2",
  RdYlGn: "#a50026 #d73027 #f46d43 #fdae61 #fee08b #f9f7ae #d9ef8b #a6d96a #66bd63 #1a9850 #006837",
  Viridis: "#440154 #482878 #3e4989 #31688e #26828e #1f9e89 #35b779 #6ece58 #b5de2b #fde725",
  Magma: "#000004 #180f3d #440f76 #721f81 #9e2f7f #cd4071 #f1605d #fd9668 #feca8d #fcfdbf",
  Inferno: "#000004 #1b0c41 #4a0c6b #781c6d #a52c60 #cf4446 #ed6925 #fb9b06 #f7d13d #fcffa4",
  Plasma: "#0d0887 #46039f #7201a8 #9c179e #bd3786 #d8576b #ed7953 #fb9f3a #fdca26 #f0f921",
  Oranges: "#fff5eb #fee6ce #fdd0a2 #fdae6b #fd8d3c #f16913 #d94801 #a63603 #7f2704",
  Blues: "#f7fbff #deebf7 #c6dbef #9ecae1 #6baed6 #4292c6 #2171b5 #08519c #08306b",
  Greens: "#f7fcf5 #e5f5e0 #c7e9c0 #a1d99b #74c476 #41ab5d #238b45 #006d2c #00441b",
  Reds: "#fff5f0 #fee0d2 #fcbba1 #fc9272 #fb6a4a #ef3b2c #cb181d #a50f15 #67000d",
};

export function knownScheme(name: string): boolean {
  return name in SCHEMES;
}

/** `steps` colours from the scheme's first to its last; Oranges for a name that is not known. */
export function scheme(name: string, steps: number, reverse: boolean): string[] {
  const stops = (SCHEMES[name] ?? (SCHEMES.Oranges as string)).split(" ").map(channels);
  const count = Math.max(2, steps);
  const colors = Array.from({ length: count }, (_, step) => {
    const at = (step / (count - 1)) * (stops.length - 1);
    const low = stops[Math.floor(at)] ?? [0, 0, 0];
    const high = stops[Math.ceil(at)] ?? low;
    const mixed = low.map((channel, index) => Math.round(channel + ((high[index] ?? channel) - channel) * (at % 1)));
    return `rgb(${mixed.join(" ")})`;
  });
  return reverse ? colors.reverse() : colors;
}

function channels(hex: string): number[] {
  return [1, 3, 5].map((from) => parseInt(hex.slice(from, from + 2), 16));
}
