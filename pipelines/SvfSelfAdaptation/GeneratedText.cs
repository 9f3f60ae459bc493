using System.Text;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation;

/// <summary>
/// Text from two small grammars, for machines without the data sets: everyday tales for pre-training and a ship's log to adapt to. They
/// share letters and many words, but not word order or subject.
/// </summary>
internal static class GeneratedText
{
    private static readonly string[] _names = ["anna", "ben", "clara", "david", "emma", "felix", "greta", "hugo"];
    private static readonly string[] _animals = ["fox", "cat", "dog", "bird", "mouse", "horse", "bear", "frog"];
    private static readonly string[] _places = ["garden", "forest", "river", "house", "field", "harbour", "hill", "mill"];
    private static readonly string[] _colours = ["red", "old", "small", "quiet", "green", "bright", "cold", "golden"];
    private static readonly string[] _deeds = ["looked for", "ran after", "sang to", "waited for", "drew", "followed", "found", "carried"];
    private static readonly string[] _winds = ["north", "east", "south", "west"];
    private static readonly string[] _loads = ["salt", "wool", "timber", "copper", "grain", "lamp oil", "rope", "cheese"];

    /// <summary>Tales: five to nine sentences, each picking up the animal of the first.</summary>
    public static IEnumerable<string> Tales(int count, int seed) => Make(count, seed, random =>
    {
        var (name, animal) = (Pick(random, _names), Pick(random, _animals));
        var tale = new StringBuilder($"one day {name} met a {Pick(random, _colours)} {animal} in the {Pick(random, _places)}. ");
        for (var left = random.Next(4, 9); left > 0; left--)
        {
            tale.Append(random.Next(3) switch
            {
                0 => $"{name} {Pick(random, _deeds)} the {animal}. ",
                1 => $"the {animal} {Pick(random, _deeds)} a {Pick(random, _colours)} {Pick(random, _animals)} near the {Pick(random, _places)}. ",
                _ => $"then {name} and the {animal} went to the {Pick(random, _places)}. ",
            });
        }
        return tale.Append($"{name} was happy.").ToString();
    });

    /// <summary>Log entries: day, wind, cargo, and who stood watch.</summary>
    public static IEnumerable<string> ShipsLog(int count, int seed) => Make(count, seed, random =>
    {
        var log = new StringBuilder($"day {random.Next(1, 366)}: wind {Pick(random, _winds)}, {random.Next(2, 31)} knots. ");
        for (var left = random.Next(2, 6); left > 0; left--)
        {
            log.Append(random.Next(3) switch
            {
                0 => $"cargo {random.Next(3, 99)} tons of {Pick(random, _loads)}. ",
                1 => $"watch kept by {Pick(random, _names)}, relieved by {Pick(random, _names)}. ",
                _ => $"passed the {Pick(random, _colours)} {Pick(random, _places)} to the {Pick(random, _winds)}. ",
            });
        }
        return log.Append("all well.").ToString();
    });

    private static IEnumerable<string> Make(int count, int seed, Func<Random, string> one)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++) yield return one(random);
    }

    private static string Pick(Random random, string[] words) => words[random.Next(words.Length)];
}
