using System.Text;

namespace MlNetLlm.Tokenization;

/// <summary>SentencePiece's way to rewrite a text: characters mapped, runs of spaces reduced, spaces shown as U+2581.</summary>
internal sealed class SentencePieceRewriter(SentencePieceModel model, CharacterMap? map)
{
    public const char Space = '\u2581';

    private readonly TextTrie? _kept = TextTrie.Of(model.Pieces, kind => kind == PieceKind.UserDefined);
    private readonly char _space = model.EscapeWhitespaces ? Space : ' ';

    public string Rewrite(ReadOnlySpan<char> text)
    {
        var rewritten = new StringBuilder(text.Length + 1);
        var afterSpace = model.RemoveExtraWhitespaces;          // then spaces at the start count as extra
        var utf8 = map is null ? [] : Encoding.UTF8.GetBytes(text.ToArray());
        for (var (at, byteAt) = (0, 0); at < text.Length;)
        {
            var part = Next(text[at..], utf8.AsSpan(byteAt), out var length, out var bytes);
            if (afterSpace)
                part = part.TrimStart(' ');
            if (!part.IsEmpty)
            {
                if (rewritten.Length == 0 && model.AddDummyPrefix)
                    rewritten.Append(_space);
                Append(rewritten, part);
                afterSpace = model.RemoveExtraWhitespaces && part[^1] == ' ';
            }
            at += length;
            byteAt += bytes;
        }
        if (afterSpace && rewritten.Length > 0)
            TrimEnd(rewritten);
        return rewritten.ToString();
    }

    /// <summary>The next part of a text, as it is rewritten, and how much of the text it takes.</summary>
    private ReadOnlySpan<char> Next(ReadOnlySpan<char> text, ReadOnlySpan<byte> utf8, out int length, out int bytes)
    {
        bytes = 0;
        length = _kept?.LongestPrefix(text, out _) ?? 0;
        if (length == 0 && map is not null && map.Longest(utf8, out var replacement) is > 0 and var mapped && EndsCharacter(utf8, mapped))
        {
            bytes = mapped;
            length = Encoding.UTF8.GetCharCount(utf8[..mapped]);
            return Encoding.UTF8.GetString(replacement);
        }
        if (length == 0)
            length = Shadow.Length(text, 0);
        if (map is not null)
            bytes = Encoding.UTF8.GetByteCount(text[..length]);
        return length == 1 && char.IsSurrogate(text[0]) ? "\ufffd" : text[..length];
    }

    private void Append(StringBuilder rewritten, ReadOnlySpan<char> part)
    {
        var start = rewritten.Length;
        rewritten.Append(part);
        if (model.EscapeWhitespaces)
            rewritten.Replace(' ', Space, start, part.Length);
    }

    private void TrimEnd(StringBuilder rewritten)
    {
        while (rewritten.Length > 0 && rewritten[^1] == _space)
            rewritten.Length--;
    }

    private static bool EndsCharacter(ReadOnlySpan<byte> utf8, int length) => length == utf8.Length || (utf8[length] & 0xC0) != 0x80;
}
