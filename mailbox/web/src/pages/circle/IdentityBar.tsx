/** Whom this is about, and how to reach them safely: in sight on every part of a circle, wherever one scrolls. */
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { circlePath } from "@/app/router";
import { Link } from "@/components/Button";
import { Tag } from "@/components/Tag";
import { listed } from "@/pages/circle/thread/readby";
import { useInside } from "@/pages/circle/inside";

export function IdentityBar() {
  const { head } = useInside();
  const here = head.members.filter((member) => member.standing !== "invited");
  const invited = head.members.length - here.length;
  return (
    <>
      <div class="kith-identity">
        <p class="kith-identity__title">
          {head.title}
          {head.reference && <span class="kith-identity__reference">{head.reference}</span>}
          {head.closed && <Tag colour="grey">Closed</Tag>}
          {head.held && <Tag colour="orange">On hold</Tag>}
        </p>
        <p class="kith-identity__here">
          <Link to={circlePath(head.circle, "people")}>
            <span class="govuk-visually-hidden">Here: </span>
            {listed(here.map((member) => member.legalName))}
          </Link>
          {invited > 0 && `, ${invited} invited`}
          {head.contactPerson && <span class="kith-identity__contact">Contact: {head.contactPerson}</span>}
        </p>
      </div>
      <SafeContact words={head.safeContact} by={head.safeContactBy} />
    </>
  );
}

/** Never behind a press: at least its first lines are always there, the rest opens in place. */
function SafeContact({ words, by }: { readonly words: string; readonly by: string }) {
  const text = useRef<HTMLParagraphElement>(null);
  const [whole, setWhole] = useState(false);
  const [cut, setCut] = useState(false);
  useEffect(() => {
    const look = () => {
      const line = text.current;
      if (line && !whole) setCut(line.scrollHeight > line.clientHeight + 2);
    };
    look();
    addEventListener("resize", look);
    return () => removeEventListener("resize", look);
  }, [words, by, whole]);
  const bar = useRef<HTMLElement>(null);
  const stuck = useStuck(bar);
  const shape = `${whole ? " kith-safe--whole" : ""}${stuck ? " kith-safe--stuck" : ""}`;
  return (
    <aside class={`kith-safe${shape}`} aria-label="Safe contact" ref={bar}>
      <span class="kith-safe__sign" aria-hidden="true">
        !
      </span>
      <div class="kith-safe__body">
        <p class="kith-safe__words" ref={text}>
          <strong>{by ? `Safe contact, in the words of ${by}: ` : "Safe contact: "}</strong>
          {words || "Nobody has written down how to reach this person safely. Ask before you get in touch."}
        </p>
        {(cut || whole) && (
          <button
            type="button"
            class="kith-safe__more"
            aria-expanded={whole}
            onClick={() => setWhole(!whole)}
          >
            {whole ? "Show less" : "Show all of it"}
          </button>
        )}
      </div>
    </aside>
  );
}

/** Whether it stands at the top of the screen because somebody has scrolled past its place. It is then less
 * tall, and what it gave up stays as room beneath its place, so that nothing on the page moves. */
function useStuck(bar: RefObject<HTMLElement | null>): boolean {
  const [stuck, setStuck] = useState(false);
  const tall = useRef(0);
  useEffect(() => {
    const before = bar.current?.previousElementSibling;
    if (!before) return;
    const watch = new IntersectionObserver(([seen]) => {
      if (!seen || !bar.current) return;
      const past = !seen.isIntersecting && seen.boundingClientRect.bottom <= 0;
      if (past) tall.current = bar.current.offsetHeight;
      setStuck(past);
    });
    watch.observe(before);
    return () => watch.disconnect();
  }, [bar]);
  useLayoutEffect(() => {
    const place = bar.current;
    if (!place) return;
    place.style.removeProperty("margin-bottom");
    if (!stuck) return;
    const below = parseFloat(getComputedStyle(place).marginBottom) || 0;
    place.style.marginBottom = `${below + Math.max(0, tall.current - place.offsetHeight)}px`;
  }, [stuck, bar]);
  return stuck;
}
