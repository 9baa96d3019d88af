import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const TOOLTIP = 'Tooltips of charts are elements of the page (time-chart.tsx): those of the library write HTML.';
const HOSTILE = 'Stored text is hostile: text nodes only.';

export default defineConfig([
  globalIgnores(['src/routeTree.gen.ts', 'src/api/schema.gen.ts', 'public/**']),
  {
    files: ['**/*.{ts,tsx}'],
    extends: [js.configs.recommended, tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { 'react-hooks': reactHooks },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...reactHooks.configs.recommended.rules,
      // TanStack Virtual and Table hand out functions that change without changing identity: known, no React Compiler here.
      'react-hooks/incompatible-library': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Routes throw redirects and not-founds, which are not errors.
      '@typescript-eslint/only-throw-error': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: HOSTILE },
        { selector: 'AssignmentExpression > MemberExpression[property.name=/^(inner|outer)HTML$/]', message: HOSTILE },
        { selector: "CallExpression > MemberExpression[property.name='insertAdjacentHTML']", message: HOSTILE },
        { selector: "Property[key.name='renderMode'][value.value='html']", message: TOOLTIP },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'echarts', message: 'The whole library is 370 KB: import from components/charts/echarts.ts.' },
            { name: 'echarts/components', importNames: ['TooltipComponent', 'MarkPointComponent'], message: TOOLTIP },
          ],
        },
      ],
    },
  },
]);
