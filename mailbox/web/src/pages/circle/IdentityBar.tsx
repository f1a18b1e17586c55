/** Whom this is about, and how to reach them safely: in sight on every part of a circle, wherever one scrolls. */
import { useEffect, useRef, useState } from "preact/hooks";
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
      <SafeContact words={head.safeContact} />
    </>
  );
}

/** Never behind a press: at least its first lines are always there, the rest opens in place. */
function SafeContact({ words }: { readonly words: string }) {
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
  }, [words, whole]);
  return (
    <aside class={`kith-safe${whole ? " kith-safe--whole" : ""}`} aria-label="Safe contact">
      <span class="kith-safe__sign" aria-hidden="true">
        !
      </span>
      <div class="kith-safe__body">
        <p class="kith-safe__words" ref={text}>
          <strong>Safe contact: </strong>
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
