// For the front ends, which do not import `#base` themselves.
export { quoted } from '#base';
