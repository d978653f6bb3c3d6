import { useTitle } from "../api/lab";
import { Loading } from "../ui/states";

/** /d/UID */
export function DashboardPage({ uid }: { uid: string }) {
  useTitle(uid);
  return <Loading />;
}
