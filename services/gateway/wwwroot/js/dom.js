// The little of a framework that this page needs. Text is always set as text.

export const byId = id => document.getElementById(id);

/** An element with properties and children; `class`, `on…` and `data-…`/`aria-…` are taken as such. */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value == null || value === false) continue;
    if (name === 'class') element.className = value;
    else if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name.includes('-') || name === 'role' || name === 'scope') element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.flat().filter(child => child != null && child !== false));
  return element;
}

/**
 * Makes the children of `parent` match `items` in order, keeping the elements of items that stay, so that focus and
 * scroll position stay with them. `make` builds an item's element; it is built anew when `version` of the item changes.
 */
export function list(parent, items, { key, version = key, make, empty }) {
  const known = parent.listed ??= new Map();
  const wanted = new Map();
  for (const item of items) wanted.set(key(item), item);

  for (const [name, entry] of known) {
    if (wanted.has(name)) continue;
    entry.element.remove();
    known.delete(name);
  }

  let place = parent.firstElementChild;
  if (place?.classList.contains('empty')) {
    const next = place.nextElementSibling;
    if (wanted.size > 0) place.remove();
    place = next;
  }
  for (const [name, item] of wanted) {
    const stamp = version(item);
    let entry = known.get(name);
    if (!entry || entry.stamp !== stamp) {
      const element = make(item);
      if (entry) {
        const focused = entry.element.contains(document.activeElement);
        if (place === entry.element) place = element;
        entry.element.replaceWith(element);
        if (focused) (element.matches('button') ? element : element.querySelector('button'))?.focus();
      }
      entry = { element, stamp };
      known.set(name, entry);
    }
    if (entry.element === place) place = place.nextElementSibling;
    else parent.insertBefore(entry.element, place);
  }

  if (wanted.size === 0 && empty && !parent.querySelector('.empty')) parent.append(empty());
}

export const text = (element, value) => {
  if (element.textContent !== value) element.textContent = value;
};
