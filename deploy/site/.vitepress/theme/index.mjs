import { useData } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import { h } from 'vue';
import CapacityCalculator from './capacity-calculator.vue';

/** The page that the calculator stands below. Markdown here has no HTML, so that `<name>` in a document is text. */
const CALCULATED = 'docs/operations/capacity.md';

export default {
  extends: DefaultTheme,
  Layout: () => {
    const { page } = useData();
    return h(DefaultTheme.Layout, null, {
      'doc-footer-before': () => (page.value.relativePath === CALCULATED ? h(CapacityCalculator) : null),
    });
  },
};
