interface SearchProps {
  readonly label: string;
  readonly hint: string;
  readonly text: string;
  readonly onText: (text: string) => void;
}

/** What a table is filtered by, as it is typed. */
export function Search({ label, hint, text, onText }: SearchProps) {
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={hint}
      value={text}
      onInput={(event) => onText(event.currentTarget.value)}
    />
  );
}
