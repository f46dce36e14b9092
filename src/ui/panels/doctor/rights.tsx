import type { Diagnosis } from "#ui/api/answers.ts";
import { text, whole } from "#ui/model/format.ts";
import { Tried } from "#ui/panels/doctor/capabilities.tsx";
import { TableBox } from "#ui/parts/table-box.tsx";

/** What may be read of, and sent to, the processes of each container's users. */
export function Rights({ containers }: Pick<Diagnosis, "containers">) {
  const lines = containers.flatMap((container) => container.users.map((user) => ({ container, user })));
  if (lines.length === 0) return null;
  return (
    <section class="card">
      <h2>What may be done to whom</h2>
      <TableBox label="Rights">
        <thead>
          <tr>
            <th scope="col">Container</th>
            <th scope="col">Role</th>
            <th scope="col" class="number">
              UID
            </th>
            <th scope="col" class="number">
              Processes
            </th>
            <th scope="col">Signal</th>
            <th scope="col">Executable</th>
            <th scope="col">Descriptors</th>
            <th scope="col">Attach</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ container, user }) => (
            <tr key={`${container.id} ${container.role} ${user.uid} ${user.gid}`}>
              <th scope="row">
                <bdi>{text(container.name ?? container.id?.slice(0, 12))}</bdi>
              </th>
              <td>{container.role}</td>
              <td class="number">{whole(user.uid)}</td>
              <td class="number">{user.processes}</td>
              <td>
                <Tried works={user.maySignal} />
              </td>
              <td>
                <Tried works={user.readable.exe} />
              </td>
              <td>
                <Tried works={user.readable.fds} />
              </td>
              <td>
                <Tried works={user.readable.attach} />
              </td>
            </tr>
          ))}
        </tbody>
      </TableBox>
    </section>
  );
}
