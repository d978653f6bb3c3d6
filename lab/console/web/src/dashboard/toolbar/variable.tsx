//! The picker of a dashboard variable: one value or several, with search; or a text field.
import { useState } from "preact/hooks";
import type { Variable } from "../../api/dashboard";
import { useDisclosure } from "../../ui/disclosure";

const ALL = "$__all";
/** The number of options from which a search field is shown. */
const MIN_SEARCHABLE = 8;

interface Props {
  variable: Variable;
  onPick: (values: string[]) => void;
}

export function VariablePicker(props: Props) {
  return props.variable.typed ? <TextField {...props} /> : <Choice {...props} />;
}

/** A text field. Enter or leaving the field applies the text, Escape restores the applied one. */
function TextField({ variable, onPick }: Props) {
  const { name, label, current } = variable;
  const applied = current[0] ?? "";
  const [typed, setTyped] = useState<string | null>(null);
  const apply = () => {
    if (typed !== null && typed !== applied) onPick([typed]);
    setTyped(null);
  };
  return (
    <form
      class="group variable"
      data-variable={name}
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <label class="control">
        <span class="variable-name">{label || name}</span>
        <input
          type="text"
          class="variable-text"
          value={typed ?? applied}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => setTyped(event.currentTarget.value)}
          onBlur={apply}
          onKeyDown={(event) => event.key === "Escape" && setTyped(null)}
        />
      </label>
    </form>
  );
}

function Choice({ variable, onPick }: Props) {
  const { name, label, multi, include_all: withAll, options, current } = variable;
  const { open, setOpen, box } = useDisclosure();
  const [search, setSearch] = useState("");
  const title = label || name;
  const found = options.filter((option) => option.toLowerCase().includes(search.toLowerCase()));
  const pick = (value: string) => {
    onPick(multi ? toggled(current, value) : [value]);
    if (!multi) setOpen(false);
  };
  return (
    <div class="group variable" ref={box} data-variable={name}>
      <button type="button" class="control" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span class="variable-name">{title}</span> <span class="variable-value">{summary(current)}</span>
      </button>
      {open && (
        <div class="popup">
          {options.length >= MIN_SEARCHABLE && (
            <input
              type="search"
              aria-label={`Search in ${title}`}
              placeholder="Search"
              value={search}
              onInput={(event) => setSearch(event.currentTarget.value)}
            />
          )}
          <fieldset>
            <legend class="hidden">{title}</legend>
            {withAll && search === "" && (
              <Option text="All" multi={multi} on={current.includes(ALL)} name={name} onPick={() => pick(ALL)} />
            )}
            {found.map((option) => (
              <Option
                key={option}
                text={option}
                multi={multi}
                on={current.includes(option)}
                name={name}
                onPick={() => pick(option)}
              />
            ))}
            {found.length === 0 && <p class="quiet">No matches</p>}
          </fieldset>
        </div>
      )}
    </div>
  );
}

interface OptionProps {
  text: string;
  multi: boolean;
  on: boolean;
  name: string;
  onPick: () => void;
}

function Option({ text, multi, on, name, onPick }: OptionProps) {
  return (
    <label class="option">
      <input type={multi ? "checkbox" : "radio"} name={`var-${name}`} checked={on} onChange={onPick} />
      {text}
    </label>
  );
}

function summary(current: string[]): string {
  if (current.includes(ALL)) return "All";
  return current.length === 0 ? "none" : current.join(" + ");
}

/** Selecting All deselects the values and vice versa. No selection means All. */
function toggled(current: string[], value: string): string[] {
  if (value === ALL) return [ALL];
  const single = current.filter((other) => other !== ALL);
  const next = single.includes(value) ? single.filter((other) => other !== value) : [...single, value];
  return next.length ? next : [ALL];
}
