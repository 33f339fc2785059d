"""_csv: dialects and their errors, readers, writers and the registry, an expression a line."""
import _csv
import csv


class W:
    def write(self, text):
        return text


class Str(str):
    pass


class BadIter:
    def __iter__(self):
        raise KeyError(3)


class DD:
    delimiter = ";"


class Reentrant:
    """Asks its own reader for a row."""

    count = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.count += 1
        if self.count == 1:
            next(self.reader)
        return "abc"[self.count - 1]


def wr(*rows, **options):
    return [_csv.writer(W(), **options).writerow(row) for row in rows]


def rd(*lines, **options):
    return list(_csv.reader(lines, **options))


def reenter():
    lines = Reentrant()
    lines.reader = _csv.reader(lines)
    return next(lines.reader)


EXPRESSIONS = r"""
_csv.__version__
[_csv.QUOTE_MINIMAL,_csv.QUOTE_ALL,_csv.QUOTE_NONNUMERIC,_csv.QUOTE_NONE,_csv.QUOTE_STRINGS,_csv.QUOTE_NOTNULL]
_csv.Dialect, _csv.Reader, _csv.Writer, _csv.reader, _csv.writer
_csv.Reader()
_csv.Writer()
[(n,getattr(_csv.Dialect(),n)) for n in 'delimiter doublequote escapechar lineterminator quotechar quoting skipinitialspace strict'.split()]
_csv.Dialect(delimiter='')
_csv.Dialect(delimiter='ab')
_csv.Dialect(delimiter=None)
_csv.Dialect(delimiter=4)
_csv.Dialect(delimiter=b'a')
_csv.Dialect(delimiter='\n')
_csv.Dialect(delimiter='\r')
_csv.Dialect(delimiter='"')
_csv.Dialect(escapechar='"')
_csv.Dialect(escapechar=',')
_csv.Dialect(escapechar='\n')
_csv.Dialect(escapechar='ab')
_csv.Dialect(escapechar='')
_csv.Dialect(escapechar=3)
_csv.Dialect(escapechar=' ',skipinitialspace=1)
_csv.Dialect(quotechar='\r')
_csv.Dialect(quotechar='')
_csv.Dialect(quotechar='ab')
_csv.Dialect(quotechar=None).quoting
_csv.Dialect(quotechar=None,quoting=0)
_csv.Dialect(quotechar=None,quoting=3).quotechar
_csv.Dialect(quotechar=3)
_csv.Dialect(quotechar=' ',skipinitialspace=1)
_csv.Dialect(lineterminator=None)
_csv.Dialect(lineterminator=3)
_csv.Dialect(lineterminator='xyz,')
_csv.Dialect(lineterminator='"')
_csv.Dialect(quoting=6)
_csv.Dialect(quoting=-1)
_csv.Dialect(quoting=None)
_csv.Dialect(quoting=True)
_csv.Dialect(quoting='a')
_csv.Dialect(quoting=2**70)
_csv.Dialect(quoting=1.0)
_csv.Dialect(x=3)
_csv.Dialect(1,2,3,4,5,6,7,8,9,10)
_csv.Dialect('nope')
_csv.Dialect(None).delimiter
_csv.Dialect(DD).delimiter
_csv.Dialect(DD(),quotechar='x').quotechar
_csv.Dialect('excel').delimiter
_csv.Dialect(_csv.Dialect(delimiter=';')).delimiter
_csv.Dialect('excel',',',0,'e','l','q',1,1,1).quotechar
_csv.Dialect(strict=2).strict
_csv.Dialect(doublequote=[]).doublequote
_csv.Dialect(skipinitialspace='a').skipinitialspace
setattr(_csv.Dialect(),'strict',1)
setattr(_csv.Dialect(),'quoting',1)
delattr(_csv.Dialect(),'delimiter')
setattr(_csv.Dialect,'x',1)
_csv.Dialect().__reduce_ex__(2)
__import__('copy').copy(_csv.Dialect())
__import__('pickle').dumps(_csv.Dialect())
type('S',(_csv.Dialect,),{})(delimiter=';').delimiter
type('S',(_csv.Reader,),{})
_csv.reader()
_csv.reader(3)
_csv.reader([],1,2)
_csv.reader([],'nope')
_csv.reader([],x=3)
_csv.reader(BadIter())
_csv.reader([]).line_num
_csv.writer()
_csv.writer(3)
_csv.writer(W(),1,2)
_csv.writer(W(),'nope')
_csv.writer(W()).writerow(3)
_csv.writer(W()).writerow(BadIter())
_csv.writer(W()).writerow()
_csv.writer(W()).writerows(3)
_csv.writer(W()).writerows([3])
_csv.writer(W()).writerows([[1],[2]])
_csv.register_dialect()
_csv.register_dialect(3)
_csv.register_dialect('a',3,4)
_csv.register_dialect('a',x=3)
_csv.register_dialect('a',delimiter=';')
_csv.get_dialect('a').delimiter
_csv.list_dialects()
_csv.list_dialects(1)
_csv.unregister_dialect('a')
_csv.unregister_dialect('a')
_csv.unregister_dialect(3)
_csv.unregister_dialect([])
_csv.unregister_dialect()
_csv.get_dialect('a')
_csv.get_dialect([])
_csv.get_dialect()
_csv.get_dialect(name='excel').delimiter
_csv.field_size_limit()
_csv.field_size_limit(5)
rd('aaaaaa')
rd('aaaaa,bbbbb')
_csv.field_size_limit(131072)
_csv.field_size_limit('a')
_csv.field_size_limit(2**80)
_csv.field_size_limit(1.5)
_csv.field_size_limit(True)
_csv.field_size_limit(131072)
_csv.field_size_limit(1,2)
_csv.field_size_limit(new_limit=131072)
rd('a,b\n','"c,d",e')
rd('a\nb')
rd('a\rb')
rd('a\r\n')
rd('a\n\n')
rd('')
rd('\n','a')
rd('"a')
rd('"a',strict=True)
rd('a\0b')
rd('"a"b')
rd('"a"b',strict=True)
rd('"a"b',strict=True,quotechar="'")
rd("'a'b",strict=True,quotechar="'",delimiter='\u1234')
rd('"a""b"')
rd('"a""b"',doublequote=False)
rd('a\\,b',escapechar='\\')
rd('a\\',escapechar='\\')
rd('a\\',escapechar='\\',strict=True)
rd('a\\\n','b',escapechar='\\')
rd('"a\\\n','b"',escapechar='\\')
rd('"a\\',escapechar='\\')
rd('1,"2",a',quoting=2)
rd('1,"2",',quoting=2)
rd('1,,"",a',quoting=4)
rd('1,,"",3.5',quoting=4)
rd('1,,"",a',quoting=5)
rd(',a,""',quoting=1)
rd('1,"2",a',quoting=3)
rd(' a, b, "c"',skipinitialspace=True)
rd(' a, b, "c"')
rd('a,  ','b',skipinitialspace=True)
rd('1, ,2',quoting=5,skipinitialspace=True)
rd('1, ,2',quoting=2,skipinitialspace=True)
rd(' "a" ,b',skipinitialspace=True)
rd(3)
rd(b'a')
rd(Str('a,b'))
rd(None)
rd('a b',delimiter=' ')
rd('a\u1234b','\U00012345,x',delimiter='\u1234')
wr([],[''],[None],['',''],[1,2.5,'a',None,True])
wr([1,2.5,'a',None],quoting=1)
wr([1,2.5,'a',None,''],quoting=2)
wr([1,2.5,'a',None,''],quoting=3)
wr([''],quoting=3)
wr([None],quoting=3)
wr(['a,b'],quoting=3)
wr(['a,b'],quoting=3,escapechar='\\')
wr([1,2.5,'a',None,''],quoting=4)
wr([1,2.5,'a',None,''],quoting=5)
wr([None],quoting=4)
wr([None],quoting=5)
wr([''],quoting=4)
wr(['a"b','a\nb','a\rb',' a','a '])
wr(['a"b'],doublequote=False)
wr(['a"b'],doublequote=False,escapechar='\\')
wr(['a\\b'],escapechar='\\')
wr(['a\\b'],escapechar='\\',quoting=1)
wr([' a','','a ',None],skipinitialspace=True)
wr([' ','a'],delimiter=' ',quoting=0)
wr(['',''],delimiter=' ',skipinitialspace=False)
wr([None,''],delimiter='\t',quoting=3)
wr(['a','b!c'],lineterminator='!')
wr(['a\u1234','\U00012345'])
wr([10**400 if 0 else 1e300,1j,[1,2],(3,)])
wr(['a'],quotechar=None)
wr(['a,b'],quotechar=None)
wr(['a,b'],quotechar=None,escapechar='x')
wr([''],quotechar=None)
wr([' a'],quotechar=None,quoting=3,skipinitialspace=True)
wr([' a'],quoting=3,skipinitialspace=True,escapechar='q')
wr([[]],[()],[b'a'])
wr(['-1',1,'1',1.0],quoting=2)
_csv.writer.__text_signature__
_csv.reader.__text_signature__
_csv.field_size_limit.__text_signature__
_csv.get_dialect.__text_signature__
_csv.register_dialect.__text_signature__
_csv.list_dialects.__text_signature__
_csv.unregister_dialect.__text_signature__
_csv.Writer.writerow.__text_signature__
reenter()
"""

for expression in EXPRESSIONS.strip().splitlines():
    try:
        print(expression, "->", ascii(eval(expression)))
    except Exception as error:
        print(expression, "->", type(error).__module__, type(error).__name__, ascii(str(error)))
