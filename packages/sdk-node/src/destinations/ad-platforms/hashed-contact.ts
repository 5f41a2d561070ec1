import type { Person } from '../../person.js';
import {
  birthDate,
  country,
  email,
  hashedList,
  lowerCase,
  phoneDigits,
  plainText,
  postalCode,
} from '../hash-person.js';

/** The hashed members that Meta, Snap and Pinterest call the same and normalise alike. */
export function hashedContact(person: Person) {
  return {
    em: hashedList(person.email, email),
    ph: hashedList(person.phone, phoneDigits),
    fn: hashedList(person.firstName, plainText),
    ln: hashedList(person.lastName, plainText),
    db: hashedList(person.birthDate, birthDate),
    ct: hashedList(person.city, plainText),
    st: hashedList(person.region, plainText),
    zp: hashedList(person.postalCode, postalCode),
    country: hashedList(person.country, country),
    external_id: hashedList(person.externalId, lowerCase),
  };
}
