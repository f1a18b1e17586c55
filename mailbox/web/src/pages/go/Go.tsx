/** A link from a mail, after signing in: to its exact place, or to Today with a plain word about why not. */
import { useEffect, useState } from "preact/hooks";
import type { Trouble } from "@/vault/api";
import { navigate } from "@/app/router";
import { troubleOf, useVault } from "@/app/vault";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { TroubleNote } from "@/components/TroubleNote";
import { useTitle } from "@/components/Page";

const OLD = "The link in the mail is old or was meant for somebody else. Here is what waits for you now.";

export function Go({ token }: { readonly token: string }) {
  const vault = useVault();
  const [trouble, setTrouble] = useState<Trouble | undefined>(undefined);
  const [turn, setTurn] = useState(0);
  useTitle("Opening the link");
  useEffect(() => {
    let left = false;
    setTrouble(undefined);
    vault.follow(token).then(
      (path) => !left && navigate(path, { replace: true }),
      (reason: unknown) => {
        if (left) return;
        const found = troubleOf(reason);
        if (found.kind === "refused" || found.kind === "input")
          navigate("/today", { replace: true, note: OLD });
        else setTrouble(found);
      },
    );
    return () => {
      left = true;
    };
  }, [vault, token, turn]);
  if (!trouble) return <Loading words="Opening what the mail is about" />;
  return (
    <Page heading="The link could not be opened" tab="Opening the link">
      <TroubleNote trouble={trouble} onRetry={() => setTurn(turn + 1)} />
    </Page>
  );
}
