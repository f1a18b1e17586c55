/** Let in: welcome, and a quicker way to sign in next time. */
import { Button } from "@/components/Button";
import { Notice } from "@/components/Notice";
import { Page } from "@/components/Page";
import { Quicker } from "@/pages/settings/Quicker";

export function Admitted({ onContinue }: { readonly onContinue: () => void }) {
  return (
    <Page heading="You are in" tab="You are in">
      <Notice kind="success" title="Your manager has let you in." />
      <Quicker />
      <Button onClick={onContinue}>Go to Today</Button>
    </Page>
  );
}
