/** Fields: a label always in sight, a hint where it helps, an error that says what to do. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: ComponentChildren;
  readonly error?: string | undefined;
  /** Given ids are what an ErrorSummary links to. */
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** The label is the page's own question: shown as a heading. */
  readonly labelIsHeading?: boolean | undefined;
  readonly labelHidden?: boolean | undefined;
}

interface Parts {
  readonly id: string;
  readonly describedBy: string | undefined;
}

function useParts(props: { id?: string | undefined; hint?: unknown; error?: string | undefined }): Parts {
  const made = useId();
  const id = props.id ?? made;
  const said = [props.hint ? `${id}-hint` : "", props.error ? `${id}-error` : ""].filter(Boolean);
  return { id, describedBy: said.join(" ") || undefined };
}

export function Hint({ id, children }: { readonly id: string; readonly children: ComponentChildren }) {
  return (
    <div id={id} class="govuk-hint">
      {children}
    </div>
  );
}

export function ErrorMessage({ id, say }: { readonly id: string; readonly say: string }) {
  return (
    <p id={id} class="govuk-error-message">
      <span class="govuk-visually-hidden">Error: </span>
      {say}
    </p>
  );
}

function Frame(props: FieldProps & { readonly parts: Parts; readonly children: ComponentChildren }) {
  const { parts } = props;
  const size = props.labelHidden
    ? "govuk-visually-hidden"
    : props.labelIsHeading
      ? "govuk-label--l"
      : "govuk-label--s";
  const label = (
    <label class={`govuk-label ${size}`} for={parts.id}>
      {props.label}
    </label>
  );
  return (
    <div class={`govuk-form-group${props.error ? " govuk-form-group--error" : ""}`}>
      {props.labelIsHeading ? <h1 class="govuk-label-wrapper">{label}</h1> : label}
      {props.hint ? <Hint id={`${parts.id}-hint`}>{props.hint}</Hint> : null}
      {props.error ? <ErrorMessage id={`${parts.id}-error`} say={props.error} /> : null}
      {props.children}
    </div>
  );
}

export interface TextFieldProps extends FieldProps {
  readonly type?: "text" | "email" | "password" | "search" | "date" | "datetime-local" | "tel" | undefined;
  readonly autocomplete?: string | undefined;
  readonly inputMode?: "text" | "numeric" | "email" | "search" | undefined;
  /** Width in characters: 2, 3, 4, 5, 10 or 20; otherwise the whole width. */
  readonly width?: 2 | 3 | 4 | 5 | 10 | 20 | undefined;
  readonly maxLength?: number | undefined;
  readonly large?: boolean | undefined;
  /** Names, words and codes: no spelling help, no capital letters. */
  readonly plain?: boolean | undefined;
  readonly min?: string | undefined;
  readonly max?: string | undefined;
}

export function TextField(props: TextFieldProps) {
  const parts = useParts(props);
  const width = props.width ? ` govuk-input--width-${props.width}` : "";
  const look = `govuk-input${width}${props.large ? " kith-input--large" : ""}${props.error ? " govuk-input--error" : ""}`;
  // The renderer's types tell kinds of input apart by constants; ours is chosen when it is drawn.
  const kind = { type: props.type ?? "text" } as { readonly type: "text" };
  return (
    <Frame {...props} parts={parts}>
      <input
        {...kind}
        class={look}
        id={parts.id}
        name={props.name}
        value={props.value}
        // A browser keeps what it may fill in again, in clear and for whoever sits here next: only where asked.
        autocomplete={props.autocomplete ?? "off"}
        inputMode={props.inputMode}
        maxLength={props.maxLength}
        min={props.min}
        max={props.max}
        spellcheck={props.plain ? false : undefined}
        autocapitalize={props.plain ? "none" : undefined}
        autocorrect={props.plain ? "off" : undefined}
        aria-describedby={parts.describedBy}
        aria-invalid={props.error ? "true" : undefined}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
    </Frame>
  );
}

export interface TextAreaProps extends FieldProps {
  readonly rows?: number | undefined;
  /** Most characters; how many are left is said near the end. */
  readonly limit?: number | undefined;
  readonly onKeyDown?: ((event: KeyboardEvent) => void) | undefined;
}

export function TextArea(props: TextAreaProps) {
  const parts = useParts(props);
  const left = props.limit === undefined ? undefined : props.limit - props.value.length;
  return (
    <Frame {...props} parts={parts}>
      <textarea
        class={`govuk-textarea${props.error ? " govuk-textarea--error" : ""}`}
        id={parts.id}
        name={props.name}
        rows={props.rows ?? 5}
        value={props.value}
        autocomplete="off"
        aria-describedby={parts.describedBy}
        aria-invalid={props.error ? "true" : undefined}
        onInput={(event) => props.onInput(event.currentTarget.value)}
        onKeyDown={props.onKeyDown}
      />
      {left !== undefined && left < 200 ? (
        <p class="govuk-hint" aria-live="polite">
          {left >= 0 ? `${left} characters left` : `${-left} characters too many`}
        </p>
      ) : null}
    </Frame>
  );
}

export interface Choice {
  readonly value: string;
  readonly label: ComponentChildren;
  readonly hint?: ComponentChildren;
}

export interface ChoicesProps {
  readonly legend: string;
  readonly choices: readonly Choice[];
  readonly hint?: ComponentChildren;
  readonly error?: string | undefined;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly small?: boolean | undefined;
  readonly inline?: boolean | undefined;
}

function Fieldset(props: ChoicesProps & { readonly parts: Parts; readonly children: ComponentChildren }) {
  const { parts } = props;
  return (
    <div class={`govuk-form-group${props.error ? " govuk-form-group--error" : ""}`}>
      <fieldset class="govuk-fieldset" aria-describedby={parts.describedBy}>
        <legend class="govuk-fieldset__legend govuk-fieldset__legend--s">{props.legend}</legend>
        {props.hint ? <Hint id={`${parts.id}-hint`}>{props.hint}</Hint> : null}
        {props.error ? <ErrorMessage id={`${parts.id}-error`} say={props.error} /> : null}
        {props.children}
      </fieldset>
    </div>
  );
}

/** One of several. */
export function Radios(props: ChoicesProps & { value: string; onChange: (value: string) => void }) {
  const parts = useParts(props);
  const look = `govuk-radios${props.small ? " govuk-radios--small" : ""}${props.inline ? " govuk-radios--inline" : ""}`;
  return (
    <Fieldset {...props} parts={parts}>
      <div class={look}>
        {props.choices.map((choice, index) => {
          const id = index === 0 ? parts.id : `${parts.id}-${index}`;
          return (
            <div class="govuk-radios__item" key={choice.value}>
              <input
                class="govuk-radios__input"
                type="radio"
                id={id}
                name={props.name ?? parts.id}
                value={choice.value}
                checked={props.value === choice.value}
                aria-describedby={choice.hint ? `${id}-note` : undefined}
                onChange={() => props.onChange(choice.value)}
              />
              <label class="govuk-label govuk-radios__label" for={id}>
                {choice.label}
              </label>
              {choice.hint ? (
                <div id={`${id}-note`} class="govuk-hint govuk-radios__hint">
                  {choice.hint}
                </div>
              ) : null}
            </div>
          );
        })}
      </div>
    </Fieldset>
  );
}

export interface CheckboxesProps extends ChoicesProps {
  readonly values: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
}

/** Any of several. */
export function Checkboxes(props: CheckboxesProps) {
  const parts = useParts(props);
  const toggle = (value: string, on: boolean) =>
    props.onChange(on ? [...props.values, value] : props.values.filter((one) => one !== value));
  return (
    <Fieldset {...props} parts={parts}>
      <div class={`govuk-checkboxes${props.small ? " govuk-checkboxes--small" : ""}`}>
        {props.choices.map((choice, index) => (
          <CheckboxItem
            key={choice.value}
            id={index === 0 ? parts.id : `${parts.id}-${index}`}
            name={props.name}
            choice={choice}
            checked={props.values.includes(choice.value)}
            onChange={(on) => toggle(choice.value, on)}
          />
        ))}
      </div>
    </Fieldset>
  );
}

interface CheckboxItemProps {
  readonly id: string;
  readonly name: string | undefined;
  readonly choice: Choice;
  readonly checked: boolean;
  readonly onChange: (on: boolean) => void;
}

function CheckboxItem({ id, name, choice, checked, onChange }: CheckboxItemProps) {
  return (
    <div class="govuk-checkboxes__item">
      <input
        class="govuk-checkboxes__input"
        type="checkbox"
        id={id}
        name={name}
        value={choice.value}
        checked={checked}
        aria-describedby={choice.hint ? `${id}-note` : undefined}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <label class="govuk-label govuk-checkboxes__label" for={id}>
        {choice.label}
      </label>
      {choice.hint ? (
        <div id={`${id}-note`} class="govuk-hint govuk-checkboxes__hint">
          {choice.hint}
        </div>
      ) : null}
    </div>
  );
}

/** A single yes or no. */
export function Checkbox(props: {
  readonly label: ComponentChildren;
  readonly checked: boolean;
  readonly onChange: (on: boolean) => void;
  readonly hint?: ComponentChildren;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
}) {
  const made = useId();
  return (
    <div class="govuk-form-group">
      <div class="govuk-checkboxes">
        <CheckboxItem
          id={props.id ?? made}
          name={props.name}
          choice={{ value: "yes", label: props.label, hint: props.hint }}
          checked={props.checked}
          onChange={props.onChange}
        />
      </div>
    </div>
  );
}

export interface SelectProps extends FieldProps {
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

export function Select(props: SelectProps) {
  const parts = useParts(props);
  return (
    <Frame {...props} parts={parts}>
      <select
        class={`govuk-select${props.error ? " govuk-select--error" : ""}`}
        id={parts.id}
        name={props.name}
        aria-describedby={parts.describedBy}
        aria-invalid={props.error ? "true" : undefined}
        value={props.value}
        onChange={(event) => props.onInput(event.currentTarget.value)}
      >
        {props.options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === props.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Frame>
  );
}
