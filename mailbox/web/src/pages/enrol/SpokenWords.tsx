/** Five words large enough to read out across a room. */
import { Words } from "@/pages/enrol/WordsStep";

export function SpokenWords({ words }: { readonly words: readonly string[] }) {
  return (
    <section class="kith-card" aria-label="Five words for your manager">
      <Words words={words} spoken />
    </section>
  );
}
