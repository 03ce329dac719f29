using System.Globalization;
using System.Text;
using Platform.Templates.Values;

namespace Platform.Templates.Text;

/// <summary>Python's <c>strftime</c> in the C locale, of a time without a zone.</summary>
internal static class Strftime
{
    public static string Format(DateTimeOffset time, string format)
    {
        var output = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                output.Append(format[i]);
                continue;
            }

            var pad = format[++i] is '-' or '_' or '0' or '^' && i + 1 < format.Length ? format[i++] : '\0';
            output.Append(Field(time, format[i], pad));
            StringValue.CheckLength(output.Length);
        }

        return output.ToString();
    }

    private static string Field(DateTimeOffset time, char code, char pad)
    {
        string Pad(int number, int width, char fill) => pad switch
        {
            '-' => number.ToString(CultureInfo.InvariantCulture),
            '_' => number.ToString(CultureInfo.InvariantCulture).PadLeft(width),
            '0' => number.ToString(CultureInfo.InvariantCulture).PadLeft(width, '0'),
            _ => number.ToString(CultureInfo.InvariantCulture).PadLeft(width, fill),
        };

        string Name(string format)
        {
            var name = time.ToString(format, CultureInfo.InvariantCulture);
            return pad == '^' ? name.ToUpperInvariant() : name;
        }

        var weekday = (int)time.DayOfWeek;
        var hour = time.Hour % 12 == 0 ? 12 : time.Hour % 12;
        return code switch
        {
            'Y' => Pad(time.Year, 1, '0'),
            'C' => Pad(time.Year / 100, 2, '0'),
            'y' => Pad(time.Year % 100, 2, '0'),
            'm' => Pad(time.Month, 2, '0'),
            'd' => Pad(time.Day, 2, '0'),
            'e' => Pad(time.Day, 2, ' '),
            'H' => Pad(time.Hour, 2, '0'),
            'k' => Pad(time.Hour, 2, ' '),
            'I' => Pad(hour, 2, '0'),
            'l' => Pad(hour, 2, ' '),
            'M' => Pad(time.Minute, 2, '0'),
            'S' => Pad(time.Second, 2, '0'),
            'f' => (time.Ticks % TimeSpan.TicksPerSecond / 10).ToString("000000", CultureInfo.InvariantCulture),
            'j' => Pad(time.DayOfYear, 3, '0'),
            'u' => (weekday == 0 ? 7 : weekday).ToString(CultureInfo.InvariantCulture),
            'w' => weekday.ToString(CultureInfo.InvariantCulture),
            'U' => Pad((time.DayOfYear + 6 - weekday) / 7, 2, '0'),
            'W' => Pad((time.DayOfYear + 6 - ((weekday + 6) % 7)) / 7, 2, '0'),
            'V' => Pad(ISOWeek.GetWeekOfYear(time.DateTime), 2, '0'),
            'G' => Pad(ISOWeek.GetYear(time.DateTime), 1, '0'),
            'g' => Pad(ISOWeek.GetYear(time.DateTime) % 100, 2, '0'),
            'a' => Name("ddd"),
            'A' => Name("dddd"),
            'b' or 'h' => Name("MMM"),
            'B' => Name("MMMM"),
            'p' => time.Hour < 12 ? "AM" : "PM",
            'P' => time.Hour < 12 ? "am" : "pm",
            's' => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            'c' => Format(time, "%a %b %e %H:%M:%S %Y"),
            'D' or 'x' => Format(time, "%m/%d/%y"),
            'F' => Format(time, "%Y-%m-%d"),
            'r' => Format(time, "%I:%M:%S %p"),
            'R' => Format(time, "%H:%M"),
            'T' or 'X' => Format(time, "%H:%M:%S"),
            'n' => "\n",
            't' => "\t",
            '%' => "%",
            'z' or 'Z' => "",
            _ => "%" + code,
        };
    }
}
