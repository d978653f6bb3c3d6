//! The page for an address that leads nowhere.
import { routeOf } from "../router";
import { Empty } from "../ui/states";

/** Suggests the address without trailing slashes if it has a page. */
export function NotFound({ path }: { path: string }) {
  const shorter = path.replace(/\/+$/, "");
  const suggested = shorter !== path && routeOf(shorter).page !== "none" ? shorter : null;
  return (
    <Empty title="Page not found">
      <p>
        There is no page at <code>{path}</code>.
        {suggested !== null && (
          <>
            {" "}
            Did you mean <a href={suggested}>{suggested}</a>?
          </>
        )}
      </p>
      <a href="/">Back to the overview</a>
    </Empty>
  );
}
