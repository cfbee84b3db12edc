import { type ReactNode, useEffect, useRef } from 'react';

interface DialogProps {
  readonly open: boolean;
  readonly label: string;
  readonly className?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A modal dialog: the browser keeps the focus in it, closes it on Escape and gives the focus back. */
export function Dialog({ open, label, className = 'sheet', onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (open && element?.open === false) element.showModal();
    if (!open) element?.close();
  }, [open]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself; a click on what is behind it does so for the mouse
    <dialog
      ref={dialog}
      className={className}
      aria-label={label}
      // A dialog that another one replaced has already been left.
      onClose={() => open && onClose()}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      {open ? children : null}
    </dialog>
  );
}
