import { useState } from "preact/hooks";
import type { Problem } from "#ui/api/problem.ts";
import { usePage } from "#ui/context.ts";
import { ProblemNote } from "#ui/parts/notes.tsx";
import { useValue } from "#ui/value.ts";

/** Asks for a token where the agent does. */
export function Login({ problem }: { readonly problem: Problem }) {
  const { session } = usePage();
  const given = useValue(session.token);
  const [token, setToken] = useState("");
  return (
    <main class="login">
      <h1>Token</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (token.trim() !== "") session.logIn(token.trim());
        }}
      >
        <p>This sexton answers only who has a token of its tokens file.</p>
        {given !== null && <ProblemNote problem={problem} />}
        <label class="field">
          Token
          <input
            type="password"
            autocomplete="off"
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        <p class="muted">It is kept until this tab is closed, and sent to this sexton alone.</p>
        <button type="submit" class="primary">
          Log in
        </button>
      </form>
    </main>
  );
}
