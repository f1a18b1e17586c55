/** What is wrong with a form, at its top, in the order of its fields. It takes focus when it appears. */
import { useEffect, useRef } from "preact/hooks";

export interface FieldError {
  /** The field's id. */
  readonly id: string;
  readonly say: string;
}

export function ErrorSummary({ errors, title }: { readonly errors: readonly FieldError[]; title?: string }) {
  const box = useRef<HTMLDivElement>(null);
  const words = errors.map((one) => one.say).join("\n");
  useEffect(() => {
    if (words) box.current?.focus();
  }, [words]);
  if (errors.length === 0) return null;
  return (
    <div class="govuk-error-summary" tabIndex={-1} ref={box} aria-labelledby="error-summary-title">
      <div role="alert">
        <h2 class="govuk-error-summary__title" id="error-summary-title">
          {title ?? "There is a problem"}
        </h2>
        <div class="govuk-error-summary__body">
          <ul class="govuk-list govuk-error-summary__list">
            {errors.map((one) => (
              <li key={one.id}>
                <a
                  href={`#${one.id}`}
                  onClick={(event) => {
                    event.preventDefault();
                    document.getElementById(one.id)?.focus();
                  }}
                >
                  {one.say}
                </a>
              </li>
            ))}
          </ul>
        </div>
      </div>
    </div>
  );
}

/** The error of one field, for its `error` prop. */
export function errorOf(errors: readonly FieldError[], id: string): string | undefined {
  return errors.find((one) => one.id === id)?.say;
}
