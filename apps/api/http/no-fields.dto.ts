/** The body of an operation that takes none: it may be left out or be `{}`, and anything in it is an unknown field. */
export class NoFieldsDto {}
