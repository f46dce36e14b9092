import { nobodyAnswers } from "#ui/api/problem.ts";
import { usePage } from "#ui/context.ts";
import { clockTime } from "#ui/model/format.ts";
import { readOnlyNoteId } from "#ui/parts/action-button.tsx";
import { useValue } from "#ui/value.ts";

/** What holds for the whole page. */
export function Banners() {
  const { api, session } = usePage();
  const lost = useValue(api.lost);
  const readOnly = useValue(session.readOnly);
  const locked = useValue(session.locked);
  return (
    <>
      {lost && (
        <p class="banner bad" role="alert">
          {nobodyAnswers} Nothing is heard since {clockTime(lost.since)}; what is shown is what was known then. Trying
          again.
        </p>
      )}
      {readOnly !== null && locked === null && (
        <p class="banner info" id={readOnlyNoteId}>
          Read only: {readOnly}
        </p>
      )}
    </>
  );
}
