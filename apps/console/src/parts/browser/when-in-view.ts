/** Calls `seen` when an element comes into view, or closer to it than `margin` (CSS). Returns a function that ends it. */
export function whenInView(element: Element, seen: () => void, margin = '0px'): () => void {
  const observer = new IntersectionObserver(
    (entries) => {
      // A busy page gets several at once, the oldest first, and no other while the element stays in view.
      if (entries.some(({ isIntersecting }) => isIntersecting)) seen();
    },
    { rootMargin: margin },
  );
  observer.observe(element);
  return () => observer.disconnect();
}
