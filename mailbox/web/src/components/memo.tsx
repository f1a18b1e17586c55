/** Draw a part again only when what it was given changed: long lists stay quick. */
import type { ComponentType, JSX } from "preact";
import { useRef } from "preact/hooks";

function same(before: object, after: object): boolean {
  const names = Object.keys(after);
  return (
    names.length === Object.keys(before).length &&
    names.every((name) => Object.is(Reflect.get(before, name), Reflect.get(after, name)))
  );
}

/** As `Part`, keeping its last drawing while its props are the same. */
export function memo<P extends object>(Part: ComponentType<P>): (props: P) => JSX.Element {
  return function Kept(props: P): JSX.Element {
    const last = useRef<{ readonly props: P; readonly drawn: JSX.Element } | null>(null);
    const kept = last.current;
    if (kept !== null && same(kept.props, props)) return kept.drawn;
    // The same drawing again tells the renderer that nothing below changed.
    const drawn = <Part {...props} />;
    last.current = { props, drawn };
    return drawn;
  };
}
