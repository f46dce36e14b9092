import type { Diagnosis } from "#ui/api/answers.ts";
import { text } from "#ui/model/format.ts";
import { Badge } from "#ui/parts/notes.tsx";
import { TableBox } from "#ui/parts/table-box.tsx";

/** What the kernel lets sexton do, as it was tried. */
export function Capabilities({ capabilities }: Pick<Diagnosis, "capabilities">) {
  return (
    <section class="card">
      <h2>What the kernel offers</h2>
      <TableBox label="Capabilities">
        <thead>
          <tr>
            <th scope="col">Capability</th>
            <th scope="col">Works</th>
            <th scope="col">How it was tried</th>
            <th scope="col">Detail</th>
          </tr>
        </thead>
        <tbody>
          {capabilities.map(({ name, available, how, detail }) => (
            <tr key={name}>
              <th scope="row">{text(name)}</th>
              <td>
                <Tried works={available} />
              </td>
              <td class="wide">{text(how)}</td>
              <td class="wide">{text(detail)}</td>
            </tr>
          ))}
        </tbody>
      </TableBox>
    </section>
  );
}

export function Tried({ works }: { readonly works: boolean | null }) {
  if (works === null) return <Badge tone="plain">not known</Badge>;
  return works ? <Badge tone="ok">yes</Badge> : <Badge tone="warn">no</Badge>;
}
