/**
 * English, as it is spoken on telephones in America, Britain, Ireland, Australia and Canada. Names are lists of common
 * given and family names written down for this purpose; a name that is also a word stands in `en-words.ts` too.
 */
import { type Language, phrases, words } from '../language.ts';
import { firstNames, lastNames } from './en-names.ts';
import { functionWords, ordinaryWords } from './en-words.ts';

const directions = words('north south east west n s e w ne nw se sw northeast northwest southeast southwest');

export const english: Language = {
  code: 'en',

  digits: {
    zero: '0',
    oh: '0',
    o: '0',
    nought: '0',
    naught: '0',
    nil: '0',
    one: '1',
    two: '2',
    three: '3',
    four: '4',
    five: '5',
    six: '6',
    seven: '7',
    eight: '8',
    nine: '9',
    niner: '9',
  },
  teens: {
    ten: 10,
    eleven: 11,
    twelve: 12,
    thirteen: 13,
    fourteen: 14,
    fifteen: 15,
    sixteen: 16,
    seventeen: 17,
    eighteen: 18,
    nineteen: 19,
  },
  tens: {
    twenty: 20,
    thirty: 30,
    forty: 40,
    fourty: 40,
    fifty: 50,
    sixty: 60,
    seventy: 70,
    eighty: 80,
    ninety: 90,
  },
  scales: { hundred: 100, thousand: 1_000, million: 1_000_000, billion: 1_000_000_000 },
  multipliers: { double: 2, dbl: 2, triple: 3, treble: 3, quadruple: 4 },
  homophones: { to: '2', too: '2', for: '4', fore: '4', won: '1', ate: '8', tree: '3', sex: '6', ow: '0' },
  numberJoin: 'and',
  numberFillers: words('um uh er erm ah hmm then dash hyphen slash space okay ok yeah so'),
  corrections: words('no wait sorry actually rather i mean make it that scratch correction not um uh'),
  ordinals: {
    first: 1,
    second: 2,
    third: 3,
    fourth: 4,
    fifth: 5,
    sixth: 6,
    seventh: 7,
    eighth: 8,
    ninth: 9,
    tenth: 10,
    eleventh: 11,
    twelfth: 12,
    thirteenth: 13,
    fourteenth: 14,
    fifteenth: 15,
    sixteenth: 16,
    seventeenth: 17,
    eighteenth: 18,
    nineteenth: 19,
    twentieth: 20,
    thirtieth: 30,
  },
  ordinalSuffixes: words('st nd rd th'),
  extensions: words('ext extension x'),
  plus: words('plus'),

  units: words(
    'dollar dollars buck bucks cent cents pound pounds quid pence euro euros grand percent usd gbp eur',
    'am pm a.m p.m oclock minute minutes min mins hour hours second seconds day days night nights week weeks month',
    'months year years times people persons guests adults kids children visitors customers miles mile kilometres',
    'kilometers km metres meters metre meter feet foot ft inch inches yards litres liters gallons kilos kilo kg',
    'grams milligrams mg ounces tons degrees kilowatt kwh square points items pieces boxes units pages rooms floors',
    'seats tickets copies steps calories watts volts amps horsepower megabytes gigabytes bedroom bedrooms',
  ),
  months: words(
    'january february march april may june july august september october november december',
    'jan feb mar apr jun jul aug sep sept oct nov dec',
  ),
  dateJoins: words('the of in'),

  cues: {
    name: phrases(`
      name
      names
      first name
      last name
      family name
      given name
      full name
      maiden name
      surname
      name of
      mr
      mrs
      ms
      miss
      mister
      missus
      dr
      doctor
      professor
      on behalf of
    `),
    phone: phrases(`
      phone
      telephone
      mobile
      cell
      cellphone
      cell phone
      landline
      fax
      whatsapp
      phone number
      telephone number
      mobile number
      cell number
      fax number
      contact number
      callback number
      work number
      home number
      area code
      best number
      call me
      call us
      call back
      call him
      call her
      ring me
      text me
      reach me
      reached at
      reached on
      reach him
      reach her
      please ring
      please text
      please call
      dial
    `),
    card: phrases(`
      card
      card number
      credit card
      debit card
      credit card number
      debit card number
      card ending
      visa
      mastercard
      amex
      american express
      ending in
      ending with
      ends in
      ends with
      visa ending
      long number
      cards last four
      last four digits
    `),
    nationalId: phrases(`
      social
      social security
      social security number
      ssn
      s s n
      s . s . n
      national insurance
      national insurance number
      ni number
      n i number
      nino
      nhs number
      n h s number
      nhs
      social insurance
      social insurance number
      sin
      tax file number
      tfn
      pps number
      pps
      p p s number
      medicare
      medicare number
      medicaid number
      tax id
      taxpayer id
      itin
      id number
      id card number
      identity card number
      identity number
    `),
    account: phrases(`
      account
      account number
      policy
      policy number
      passport
      passport number
      license number
      licence number
      driver 's license
      driver 's licence
      drivers license
      driving licence
      license
      licence
      routing number
      routing
      iban
      sort code
      membership number
      member number
      member id
      membership
      customer number
      customer id
      medical record number
      record number
      patient number
      serial number
      serial
      meter number
      login
      user id
      loyalty number
      student number
      employee number
      staff number
      badge number
      tracking number
      license plate
      number plate
      registration number
      claim number
      id
      insurance id
      insurance number
      registration
      vehicle registration
      frequent flyer number
    `),
    secret: phrases(`
      pin
      pin number
      pin code
      passcode
      password
      cvv
      cvc
      c v v
      c v c
      security code
      on the back
      on the back of it
      verification code
      confirmation code
      access code
      gate code
      code
    `),
    number: phrases(`
      number
      numbers
      digits
      no
    `),
    reference: phrases(`
      order
      order number
      reference
      reference number
      reference code
      ref
      booking
      booking number
      booking id
      order id
      invoice
      invoice number
      ticket
      ticket number
      flight
      flight number
      room
      room number
      case
      case number
      part number
      model
      model number
      item number
      product code
      error
      error code
      promo code
      discount code
      bus
      table
      table number
      gate
      form
      route
      version
      track
      unit price
      number of
    `),
    email: phrases(`
      email
      e mail
      mail
      email address
      e mail address
      mail address
    `),
    address: phrases(`
      address
      home address
      street address
      mailing address
      delivery address
      billing address
    `),
    postcode: phrases(`
      zip
      zip code
      zipcode
      post code
      postcode
      postal code
    `),
    birth: phrases(`
      born
      born on
      born in
      date of birth
      birth date
      birthdate
      birthday
      dob
      d o b
      d . o . b
    `),
  },
  links: words("is was 's are it that this would be number my the on at of in : , - = # starts with"),
  interjections: words(
    "yes yeah yep sure okay ok um uh er erm well oh so hi hello hey it it's its 's is that that's my name the of course",
    'certainly right please thanks , . : - ! actually just and',
  ),

  weakNameCues: phrases(`
    this is
    i'm
    i am
    im
    it 's
    he 's
    she 's
    under
    call me
    ask for
    called
    named
    dear
    speaking with
    speak to
    speak with
    spoke to
    talk to
    husband
    wife
    son
    daughter
    brother
    sister
    partner
    colleague
    guest
    patient
    patient is
  `),
  faintNameCues: phrases(`
    it is
    that 's
    here 's
    for
    with
    to
    by
    from
    ask
    tell
    hi
    hello
    hey
    thanks
    thank you
    okay
    calling
    mother
    father
    mom
    mum
    dad
    friend
    boss
    assistant
  `),
  titles: words('mr mrs ms miss mister missus dr doctor professor'),
  articles: words('the a an'),
  nameFollowers: words('speaking calling here'),
  nameVerbs: words(
    "will is was has had can could would said says called calls told wants wanted needs asked 's here speaking",
  ),
  nameParticles: words('van von der den de la le di da del dos bin ibn al el st mc o big'),
  firstNames,
  lastNames,
  spellingJoins: phrases(`
    as in
    for
    like
    like in
  `),
  spelledWords: words(
    'usa atm vip suv nhs cvv cvc pin ssn dob pdf gps usb bmw faq abc xyz fbi irs dvd led lcd ceo kfc cnn bbc ups dhl',
    'mri hiv adhd asap diy eta faq gdp hvac iban nfl nba ppe rsvp sms tba url vat vin wifi aaa aa iphone',
  ),

  at: words('at'),
  emailConnectors: words('dot underscore dash hyphen minus plus period point'),
  emailDots: words('dot period point'),
  mailboxes: words(
    'info reservations reservation sales support office admin hello contact booking bookings billing help accounts',
    'orders service team reception enquiries mail jobs',
  ),

  clauseOpeners: words(
    "i i'm i'll me my we our you your he she they his her it it's 's is was are am be that this to email mail e-mail send",
    'sent write wrote contact try use using have has got on called and or yes yeah no um uh okay ok so please says said',
  ),

  streets: words(
    'street avenue road boulevard lane terrace crescent parkway turnpike expressway causeway mews gardens',
    'ave rd blvd ln str pkwy cres',
  ),
  doubtfulStreets: words(
    'st dr drive way place court close square park row walk hill view green grove rise approach heights trail loop',
    'circle ct pl sq broadway plaza gate wharf quay parade vale',
  ),
  numberedRoads: words('highway route interstate hwy'),
  streetBreakers: words(
    'minute minutes hour hours block blocks door doors bedroom bedrooms bed mile miles star stars dollar dollars pound',
    'pounds car cars day days week weeks lane point story storey times more good nice long short small big little busy',
    'quiet whole same next other way different wrong right left better new old people kids percent am pm of level feet',
    'foot inch inches metre metres meter meters square second seconds minutes steps stops exits cash large dozen',
  ),
  dwellings: words('apartment apt flat unit suite ste'),
  postBoxes: phrases(`
    po box
    p o box
    post office box
    post box
  `),
  places: words(
    'alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois',
    'indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri',
    'montana nebraska nevada hampshire jersey mexico york carolina dakota ohio oklahoma oregon pennsylvania rhode island',
    'tennessee texas utah vermont virginia washington wisconsin wyoming ca ny tx fl il pa oh ga nc mi nj va wa az ma tn',
    'md mn wi sc ky ct ok nv ut dc london manchester birmingham leeds liverpool bristol sheffield edinburgh glasgow',
    'cardiff belfast dublin cork galway york nottingham leicester oxford cambridge brighton boston chicago houston',
    'phoenix philadelphia dallas austin seattle denver portland detroit atlanta miami oakland tulsa springfield',
    'angeles los san francisco diego jose antonio las vegas new orleans toronto montreal vancouver ottawa sydney',
    'melbourne brisbane perth adelaide auckland wellington england scotland wales ireland',
  ),
  directions,
  establishments: words(
    'hotel station hospital airport clinic school college university church cathedral museum centre center mall bank',
    'restaurant cafe bar pub inn stadium theatre theater library bridge river lake beach house hall day company dental',
    'garden gardens avenue street road lane park square court place drive close way terrace insurance records motors',
  ),

  functionWords,
  ordinaryWords,
};
