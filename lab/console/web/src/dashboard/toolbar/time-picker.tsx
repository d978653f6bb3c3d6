//! The time range picker: absolute times or a predefined range.
import { useState } from "preact/hooks";
import { Button } from "../../ui/button";
import { useDisclosure } from "../../ui/disclosure";
import { clock, day } from "../../ui/format/time";
import { QUICK_RANGES, type Range, rangeText, resolve, widened } from "../range";

interface Props {
  range: Range;
  onPick: (range: Range) => void;
}

export function TimePicker({ range, onPick }: Props) {
  const { open, setOpen, box } = useDisclosure();
  const pick = (next: Range) => {
    setOpen(false);
    onPick(next);
  };
  return (
    <div class="group" ref={box}>
      <button
        type="button"
        class="control"
        aria-expanded={open}
        aria-label={`Time range: ${rangeText(range)}`}
        onClick={() => setOpen(!open)}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M8 1.5a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM8 4v4l2.5 2" />
        </svg>
        {rangeText(range)}
      </button>
      <button
        type="button"
        class="control"
        aria-label="Widen the time range"
        title="Widen the time range"
        onClick={() => onPick(widened(range, Date.now()))}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M7 2a5 5 0 100 10A5 5 0 007 2zM11 11l3.5 3.5M5 7h4" />
        </svg>
      </button>
      {open && (
        <div class="popup time-popup">
          <AbsoluteRange range={range} onPick={pick} />
          <ul>
            {QUICK_RANGES.map(([from, text]) => (
              <li key={from}>
                <button
                  type="button"
                  aria-current={range.from === from && range.to === "now" ? "true" : undefined}
                  onClick={() => pick({ from, to: "now" })}
                >
                  {text}
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

function AbsoluteRange({ range, onPick }: Props) {
  const now = Date.now();
  const [from, setFrom] = useState(inputValue(resolve(range.from, now) ?? now));
  const [to, setTo] = useState(inputValue(resolve(range.to, now) ?? now));
  const start = new Date(from).getTime();
  const end = new Date(to).getTime();
  const invalid = !(start < end);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!invalid) onPick({ from: String(start), to: String(end) });
      }}
    >
      <label>
        From
        <input type="datetime-local" step="1" value={from} onInput={(event) => setFrom(event.currentTarget.value)} />
      </label>
      <label>
        To
        <input type="datetime-local" step="1" value={to} onInput={(event) => setTo(event.currentTarget.value)} />
      </label>
      {invalid && <p class="form-error">The start must be before the end.</p>}
      <Button tone="primary" disabled={invalid} {...{ type: "submit" }}>
        Apply
      </Button>
    </form>
  );
}

/** The format of datetime-local inputs. */
function inputValue(ms: number): string {
  return `${day(ms)}T${clock(ms)}`;
}
