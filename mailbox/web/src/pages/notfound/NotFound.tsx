/** An address that leads nowhere here. */
import { ButtonLink } from "@/components/Button";
import { Page } from "@/components/Page";

export function NotFound() {
  return (
    <Page heading="There is no such page" tab="Page not found">
      <p class="govuk-body">The address may be mistyped, or the page has moved.</p>
      <ButtonLink to="/today">Go to Today</ButtonLink>
    </Page>
  );
}
