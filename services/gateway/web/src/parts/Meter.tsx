/** A share between 0 and 1 as a bar; what it says stands beside it. */
export function Meter({ value, tone = '' }: { value: number; tone?: string }) {
  return (
    <svg className={`meter ${tone}`} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <rect className="all" width="100" height="6" />
      <rect className="part" width={Math.max(0, Math.min(1, value)) * 100} height="6" />
    </svg>
  );
}
