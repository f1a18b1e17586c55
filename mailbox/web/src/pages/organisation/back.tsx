/** "Back" of every task of a manager. */
import { BackLink } from "@/components/Button";

export const back = <BackLink to="/organisation">Organisation</BackLink>;
