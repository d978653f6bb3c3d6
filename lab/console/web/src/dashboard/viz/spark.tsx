//! The line behind a single figure.

interface Props {
  times: number[];
  values: (number | null)[];
  color: string;
  min: number | null;
  max: number | null;
}

const WIDTH = 1000;
const HEIGHT = 100;

export function Spark({ times, values, color, min, max }: Props) {
  const line = path(times, values, min, max);
  if (!line) return null;
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={line.area} fill={color} opacity="0.2" />
      <path d={line.stroke} fill="none" stroke={color} stroke-width="1.2" vector-effect="non-scaling-stroke" />
    </svg>
  );
}

function path(times: number[], values: (number | null)[], min: number | null, max: number | null) {
  const first = times[0];
  const last = times.at(-1);
  const present = values.filter((value) => value !== null);
  if (first === undefined || last === undefined || last === first || present.length < 2) return null;
  const low = Math.min(min ?? Infinity, ...present);
  const high = Math.max(...(max === null ? present : [max, ...present]));
  const span = high - low || 1;
  const flat = high === low;
  let stroke = "";
  let area = "";
  let start: number | null = null;
  let x = 0;
  values.forEach((value, index) => {
    if (value === null) {
      if (start !== null) area += `L${x} ${HEIGHT}L${start} ${HEIGHT}Z`;
      start = null;
      return;
    }
    x = Math.round((((times[index] ?? first) - first) / (last - first)) * WIDTH * 10) / 10;
    const y = flat ? HEIGHT - 1 : Math.round((HEIGHT - 1 - ((value - low) / span) * (HEIGHT - 4)) * 10) / 10;
    const step = `${start === null ? "M" : "L"}${x} ${y}`;
    start ??= x;
    stroke += step;
    area += step;
  });
  if (start !== null) area += `L${x} ${HEIGHT}L${start} ${HEIGHT}Z`;
  return { stroke, area };
}
