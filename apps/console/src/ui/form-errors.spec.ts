import { describe, expect, it, vi } from 'vitest';
import { ApiProblem } from '../api/problem.js';
import { FieldMistake, readNumber, showProblem, toJsonText, toMetadataText } from './form-errors.js';

describe(readNumber, () => {
  it('reads numbers, and nothing as nothing', () => {
    expect([5, '0.5', 0, ''].map((value) => readNumber('limit', value))).toEqual([5, 0.5, 0, undefined]);
  });

  it.each(['-', '1e999', 'five'])('says that %s is none, which JSON would make a null', (value) => {
    expect(() => readNumber('limit', value)).toThrow(new FieldMistake('limit', 'is not a number'));
  });
});

describe(toJsonText, () => {
  it('shows an empty object, and as metadata nothing', () => {
    expect([toJsonText({}), toMetadataText({})]).toEqual(['{}', '']);
    expect([toJsonText(null), toMetadataText(null)]).toEqual(['', '']);
    expect(toMetadataText({ plan: 'gold' })).toBe(toJsonText({ plan: 'gold' }));
  });
});

describe(showProblem, () => {
  it('says what to do when somebody else was first', () => {
    const form = { setErrors: vi.fn<() => void>(), getValues: () => ({ name: 'A' }) };
    const problem = { status: 412, code: 'precondition_failed', title: 'No', detail: 'It has version 3.' };
    expect(showProblem(form, new ApiProblem(problem))).toMatch(/Somebody else.*open it again/);
    expect(form.setErrors).not.toHaveBeenCalled();
  });
});
