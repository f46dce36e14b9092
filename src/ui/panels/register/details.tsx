import type { ApiEvent } from "#ui/api/answers.ts";
import { Aside } from "#ui/parts/aside.tsx";
import { Fix } from "#ui/parts/notes.tsx";

/** One event with all its facts, as the API has it. */
export function EventDetails({ event, onClose }: { readonly event: ApiEvent; readonly onClose: () => void }) {
  const { id, type, cause } = event;
  const title = (
    <>
      {type} <span class="muted mono">{id}</span>
    </>
  );
  return (
    <Aside label="Details of an event" title={title} onClose={onClose}>
      {cause !== null && <p>Event {cause} led to it.</p>}
      <Fix text={JSON.stringify(event, null, 2)} />
    </Aside>
  );
}
