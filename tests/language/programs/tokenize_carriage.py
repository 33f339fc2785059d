# Carriage returns by themselves end no line where bytes are read; what tokens become of that.
import io
import tokenize

TEXTS = (b'\r\xef\xbb\xbf', b'\r\xef\xbb\xbf a\n', b'a\r\xc3\xa9\n', b'a \r\xe2\x82\xac b', b'\r\xf0\x9f\x98\x80', b'x\r', b'"a\r\xc3\xa9"', b'#\r\xc3\xa9\n',
         b'\\\r\xc3\xa9', b'\\\r\n\xc3\xa9', b'(\r\xef\xbb\xbf)')


def of_bytes(text):
    return tokenize.tokenize(io.BytesIO(text).readline)


def of_text(text):
    return tokenize.generate_tokens(io.StringIO(text.decode(), newline='').readline)


for text in TEXTS:
    for tokens in of_bytes, of_text:
        try:
            print(text, [(token.type, token.string, token.start, token.end) for token in tokens(text)])
        except (UnicodeDecodeError, tokenize.TokenError) as error:
            print(text, type(error).__name__, error)
