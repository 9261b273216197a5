import { describe, expect, it } from 'vitest';
import { type Language, phrases, words } from '../../../../runtime/compliance/redaction/language.ts';
import { english } from '../../../../runtime/compliance/redaction/languages/en.ts';
import { redact } from '../../../../runtime/compliance/redaction/redact.ts';

/** Spanish, as far as the sentences below need it: a language is its words. */
const spanish: Language = {
  ...english,
  code: 'es',
  digits: {
    cero: '0',
    uno: '1',
    dos: '2',
    tres: '3',
    cuatro: '4',
    cinco: '5',
    seis: '6',
    siete: '7',
    ocho: '8',
    nueve: '9',
  },
  teens: { diez: 10, once: 11, doce: 12, trece: 13, catorce: 14, quince: 15 },
  tens: { veinte: 20, treinta: 30, cuarenta: 40, cincuenta: 50, sesenta: 60, setenta: 70, ochenta: 80, noventa: 90 },
  tensJoin: 'y',
  scales: { mil: 1_000 },
  multipliers: { doble: 2 },
  homophones: {},
  ordinals: { primero: 1 },
  units: words('euros horas minutos personas'),
  months: words('enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre'),
  dateJoins: words('el de del'),
  cues: {
    ...english.cues,
    name: phrases('me llamo\nmi nombre'),
    phone: phrases('teléfono\nmóvil'),
    birth: phrases('nací'),
    email: phrases('correo'),
  },
  links: words('es el : ,'),
  firstNames: words('maría juan'),
  lastNames: words('garcía pérez'),
  at: words('arroba'),
  emailDots: words('punto'),
  emailConnectors: words('punto guion'),
  clauseOpeners: words('es mi correo'),
  streets: words('calle avenida'),
  functionWords: words('y el la los de es mi a en para por que con un una no sí tengo hay'),
  ordinaryWords: words('correo cita mesa lunes martes precio quiero aquí vivo marzo'),
};

describe('another language', () => {
  it.each([
    ['me llamo ximena quispe y quiero una cita', 'me llamo [NAME] y quiero una cita'],
    ['mi teléfono es seis uno dos treinta y cuatro cincuenta y seis doble siete', 'mi teléfono es [PHONE]'],
    ['es juan punto pérez arroba gmail punto com', 'es [EMAIL]'],
    ['nací el cuatro de marzo', 'nací [BIRTH_DATE]'],
  ])('is words and nothing else: %s', (text, expected) => {
    expect(redact(text, { language: spanish }).text).toBe(expected);
  });

  it.each(['hay una mesa para cuatro personas el cuatro de marzo', 'son mil doscientos euros', 'el lunes a las nueve'])(
    'leaves alone what identifies nobody: %s',
    (text) => {
      expect(redact(text, { language: spanish }).text).toBe(text);
    },
  );
});
